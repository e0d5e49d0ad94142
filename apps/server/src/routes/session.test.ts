import { expect, test } from "vitest";
import { PASSWORD, TestServer } from "../testing/testServer.ts";

const cookieOf = (response: { headers: Record<string, unknown> }) => String(response.headers["set-cookie"]);
const secretOf = (url: string) => url.split("#")[1] ?? "";

test("the first link makes the first admin, once, and logs them in", async () => {
  const server = await TestServer.open();
  const secret = secretOf(server.services.loginLinks.createLogin(null).url);
  const look = async () => (await server.call("POST", "/session/link/look", { body: { secret } })).json();
  expect(await look()).toEqual({ kind: "first-admin", user: null, role: null });

  const unnamed = await server.call("POST", "/session/link", { body: { secret } });
  expect(unnamed.json().error).toMatchObject({
    code: "invalid_request",
    details: [{ field: "name" }, { field: "password" }],
  });

  const body = { secret, name: "ada", password: PASSWORD };
  const both = await Promise.all([0, 1].map(() => server.call("POST", "/session/link", { body })));
  expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 401]);
  const made = both.find(({ statusCode }) => statusCode === 200);
  expect(made?.json()).toMatchObject({ user: { name: "ada", role: "admin" }, by: "session" });
  expect(cookieOf(made ?? { headers: {} })).toMatch(
    /^corral-0=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/,
  );

  const again = await server.call("POST", "/session/link", { body });
  expect(again.json().error.code).toBe("link_used");
  expect((await look()).error.code).toBe("link_used");
});

test("a later link logs in the admin it was made for, once", async () => {
  const server = await TestServer.open();
  const as = await server.user("ada", "admin");
  const { url, expiresAt } = (await server.call("POST", "/admin-link", { as })).json();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:7070\/link#[\w-]{43}$/);
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
  const body = { secret: secretOf(url) };
  expect((await server.call("POST", "/session/link", { body })).json().user.name).toBe("ada");
  expect((await server.call("POST", "/session/link", { body })).json().error.code).toBe("link_used");
});

test("logs in with the password, out again, and the cookie is worth nothing then", async () => {
  const server = await TestServer.open();
  await server.user("ada", "admin");
  const response = await server.call("POST", "/session", { body: { name: "ada", password: PASSWORD } });
  expect(response.statusCode).toBe(200);
  const headers = { cookie: cookieOf(response).split(";")[0] ?? "" };
  expect((await server.call("GET", "/me", { headers })).json().user.name).toBe("ada");
  const out = await server.call("DELETE", "/session", { headers });
  expect([out.statusCode, out.body]).toEqual([204, ""]);
  expect((await server.call("GET", "/me", { headers })).statusCode).toBe(401);
});

test("a wrong password and an unknown name look the same, and guessing is slowed", async () => {
  const server = await TestServer.open();
  await server.user("ada", "admin");
  const logIn = async (name: string, password: string) =>
    (await server.call("POST", "/session", { body: { name, password } })).json();
  const [wrong, unknown] = [await logIn("ada", "wrong"), await logIn("eve", "wrong")];
  expect({ ...wrong.error, requestId: "" }).toEqual({ ...unknown.error, requestId: "" });
  // All at once, so that none can slip through while another is looked at.
  const codes = (await Promise.all(Array.from({ length: 8 }, () => logIn("ada", "wrong")))).map(
    ({ error }) => error.code,
  );
  expect(codes.filter((code) => code === "too_many_requests").length).toBeGreaterThanOrEqual(4);
  expect((await logIn("ada", PASSWORD)).error.code).toBe("too_many_requests");
});

test("links are tried only so often from one address", async () => {
  const server = await TestServer.open();
  const attempt = async () => (await server.call("POST", "/session/link", { body: { secret: "x".repeat(43) } })).json();
  for (let n = 0; n < 20; n += 1) expect((await attempt()).error.code).toBe("link_used");
  expect((await attempt()).error).toMatchObject({
    code: "too_many_requests",
    message: expect.stringContaining("Wait"),
  });
});

test("behind HTTPS the cookie never leaves it", async () => {
  const server = await TestServer.open({ origins: ["https://corral.example"], trustedProxies: ["127.0.0.1"] });
  await server.user("ada", "admin");
  const response = await server.call("POST", "/session", {
    body: { name: "ada", password: PASSWORD },
    headers: { host: "corral.example", origin: "https://corral.example", "x-forwarded-proto": "https" },
  });
  expect(cookieOf(response)).toMatch(
    /^__Host-corral=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  );
});

test("no secret reaches the log or the events", async () => {
  const server = await TestServer.open();
  const secret = secretOf(server.services.loginLinks.createLogin(null).url);
  const made = await server.call("POST", "/session/link", { body: { secret, name: "ada", password: PASSWORD } });
  const cookie = cookieOf(made).split(";")[0] ?? "";
  const token = (await server.call("POST", "/tokens", { body: { label: "x" }, headers: { cookie } })).json().secret;
  await server.call("GET", "/me", { headers: { authorization: `Bearer ${token}` } });
  await server.call("POST", "/session", { body: { name: "ada", password: `${PASSWORD}!` } });
  const told = server.logged.join("") + JSON.stringify(server.store.events.list({ limit: 100 }));
  for (const hidden of [secret, PASSWORD, cookie.split("=")[1] ?? "", token, token.split("_")[2]]) {
    expect(told).not.toContain(hidden);
  }
  expect(server.store.events.list({ limit: 100 }).map(({ type }) => type)).toEqual([
    "session.refused",
    "token.created",
    "session.opened",
    "user.created",
  ]);
});
