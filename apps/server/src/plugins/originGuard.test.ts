import { expect, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";

const code = (response: { statusCode: number; json: () => { error: { code: string } } }) =>
  response.statusCode < 400 ? response.statusCode : response.json().error.code;

test("a request to a name that the server does not have is misdirected, whatever it asks", async () => {
  const server = await TestServer.open();
  for (const host of ["evil.example", "evil.example:7070", "127.0.0.1:7071", "127.0.0.1", ""]) {
    expect(code(await server.call("GET", "/health", { headers: { host } })), host).toBe("unknown_host");
  }
  for (const host of ["127.0.0.1:7070", "localhost:7070", "LOCALHOST:7070", "[::1]:7070"]) {
    expect(code(await server.call("GET", "/health", { headers: { host } })), host).toBe(200);
  }
});

test("a cookie acts only for pages of the server's own origin", async () => {
  const server = await TestServer.open();
  const as = await server.user("alice", "user");
  const body = { label: "x" };
  const post = async (headers: Record<string, string>) =>
    code(await server.call("POST", "/tokens", { as, body, headers }));
  expect(await post({ origin: "http://evil.example" })).toBe("foreign_origin");
  expect(await post({ origin: "null" })).toBe("foreign_origin");
  expect(await post({ origin: "http://127.0.0.1:8080" })).toBe("foreign_origin");
  expect(await post({ origin: "http://localhost:7070" })).toBe(201);

  const silent = await server.http.inject({
    method: "POST",
    url: "/api/v1/tokens",
    headers: { host: "127.0.0.1:7070", cookie: as.cookie },
    payload: body,
  });
  expect(code(silent)).toBe("foreign_origin");
});

test("a foreign page cannot log its visitor in either", async () => {
  const server = await TestServer.open();
  const body = { name: "alice", password: "whatever it is" };
  const response = await server.call("POST", "/session", { body, headers: { origin: "http://evil.example" } });
  expect(code(response)).toBe("foreign_origin");
});

test("a token needs no origin, and the cookie beside it counts for nothing", async () => {
  const server = await TestServer.open();
  const alice = await server.user("alice", "user");
  const admin = await server.user("admin", "admin");
  const { secret } = server.services.tokens.create(alice.user, "script");
  const headers = { authorization: `Bearer ${secret}`, origin: "http://evil.example" };
  const me = await server.call("GET", "/me", { as: admin, headers });
  expect(me.json()).toMatchObject({ user: { name: "alice" }, by: "token" });
  const { row } = server.services.tokens.create(alice.user, "old");
  expect(code(await server.call("DELETE", `/tokens/${row.id}`, { headers }))).toBe(204);
  const wrong = { ...headers, authorization: `Bearer ${secret}x` };
  expect(code(await server.call("GET", "/me", { as: admin, headers: wrong }))).toBe("not_logged_in");
});

test("behind a proxy the configured origins count, and only the proxy's word for them", async () => {
  const server = await TestServer.open({ origins: ["https://corral.example"], trustedProxies: ["127.0.0.1"] });
  const forwarded = {
    "x-forwarded-host": "corral.example",
    "x-forwarded-proto": "https",
    origin: "https://corral.example",
  };
  const body = { name: "nobody", password: "whatever it is" };
  expect(code(await server.call("POST", "/session", { body, headers: forwarded }))).toBe("login_failed");
  expect(code(await server.call("GET", "/health", { headers: { host: "corral.example:443" } }))).toBe(200);
  expect(code(await server.call("GET", "/health", { headers: { host: "127.0.0.1:7070" } }))).toBe("unknown_host");
});
