import { CLOSE } from "@corral/contracts";
import { expect, test } from "vitest";
import { hashSecret, newSecret } from "../people/secret.ts";
import { type Login, PASSWORD, TestServer } from "../testing/testServer.ts";
import { TestSocket } from "../testing/testSocket.ts";

const secretOf = (url: string) => url.split("#")[1] ?? "";
const cookieOf = (response: { headers: Record<string, unknown> }) => ({
  cookie: String(response.headers["set-cookie"]).split(";")[0] ?? "",
});
const codeOf = (response: { statusCode: number; json(): { error: { code: string } } }) =>
  response.statusCode < 400 ? response.statusCode : response.json().error.code;

test("an admin makes an account, and its user chooses the password by a link that works once", async () => {
  const server = await TestServer.open();
  const as = await server.user("ada", "admin");
  const { user, link } = (await server.call("POST", "/users", { as, body: { name: "bob", role: "operator" } })).json();
  expect(user).toMatchObject({ name: "bob", role: "operator", hasPassword: false, guests: 0, groups: [] });
  const secret = secretOf(link.url);
  const look = await server.call("POST", "/session/link/look", { body: { secret } });
  expect(look.json()).toEqual({ kind: "password", user: "bob", role: null });

  const short = await server.call("POST", "/session/link", { body: { secret } });
  expect(short.json().error).toMatchObject({ code: "invalid_request", details: [{ field: "password" }] });
  const chosen = await server.call("POST", "/session/link", { body: { secret, password: PASSWORD } });
  expect(chosen.json()).toMatchObject({ user: { name: "bob" } });
  expect(codeOf(await server.call("POST", "/session/link", { body: { secret, password: PASSWORD } }))).toBe(
    "link_used",
  );
  expect(codeOf(await server.call("POST", "/session", { body: { name: "bob", password: PASSWORD } }))).toBe(200);

  // A reset ends what was logged in with the old password.
  const reset = (await server.call("POST", "/users/bob/password-link", { as })).json();
  await server.call("POST", "/session/link", { body: { secret: secretOf(reset.url), password: "quite another one" } });
  expect(codeOf(await server.call("GET", "/me", { headers: cookieOf(chosen) }))).toBe("not_logged_in");
  expect(codeOf(await server.call("POST", "/session", { body: { name: "bob", password: PASSWORD } }))).toBe(
    "login_failed",
  );
});

test("an invitation makes one account, of the role that it names, unless it was taken back", async () => {
  const server = await TestServer.open();
  const as = await server.user("ada", "admin");
  const invite = async () => (await server.call("POST", "/invites", { as, body: { role: "operator" } })).json();
  const [first, second] = [await invite(), await invite()];
  const list = (await server.call("GET", "/invites", { as })).json();
  expect(list.items.map(({ id }: { id: string }) => id).sort()).toEqual([first.id, second.id].sort());
  expect(JSON.stringify(list)).not.toContain(secretOf(first.url));

  const take = (url: string, name: string) =>
    server.call("POST", "/session/link", { body: { secret: secretOf(url), name, password: PASSWORD } });
  const both = await Promise.all([take(first.url, "bob"), take(first.url, "eve")]);
  expect(both.map(codeOf).sort()).toEqual([200, "link_used"]);
  expect(both.find(({ statusCode }) => statusCode === 200)?.json().user.role).toBe("operator");
  expect(codeOf(await server.call("DELETE", `/invites/${second.id}`, { as }))).toBe(204);
  expect(codeOf(await take(second.url, "eve"))).toBe("link_used");
});

test("the last admin stays one, whoever asks and however", async () => {
  const server = await TestServer.open();
  const [ada, bob] = [await server.user("ada", "admin"), await server.user("bob", "admin")];
  expect(codeOf(await server.call("PATCH", "/users/bob", { as: ada, body: { disabled: true } }))).toBe(200);
  for (const body of [{ role: "user" }, { disabled: true }]) {
    const refused = await server.call("PATCH", "/users/ada", { as: ada, body });
    expect(refused.json().error).toMatchObject({ code: "impossible", message: expect.stringContaining("last admin") });
  }
  expect(codeOf(await server.call("DELETE", "/users/ada", { as: ada }))).toBe("impossible");
  expect(codeOf(await server.call("GET", "/me", { as: bob }))).toBe("not_logged_in");
  expect((await server.call("GET", "/me", { as: ada })).json().user.role).toBe("admin");
});

test("who is disabled, demoted or deleted loses at once what is open", async () => {
  const server = await TestServer.open();
  const ada = await server.user("ada", "admin");
  const socketOf = async (login: Login) => {
    const socket = await TestSocket.open(server, "/events", { as: login });
    await socket.frame(({ type }) => type === "ready");
    return socket;
  };
  for (const [name, body] of Object.entries({ bob: { disabled: true }, cleo: { role: "user" } })) {
    const socket = await socketOf(await server.user(name, "operator"));
    await server.call("PATCH", `/users/${name}`, { as: ada, body });
    expect(await socket.closed).toMatchObject({ code: CLOSE.notLoggedIn });
  }
  const socket = await socketOf(await server.user("dan", "operator"));
  await server.call("DELETE", "/users/dan", { as: ada });
  expect(await socket.closed).toMatchObject({ code: CLOSE.notLoggedIn });
  const refused = await server.call("POST", "/session", { body: { name: "bob", password: PASSWORD } });
  expect(refused.json().error).toMatchObject({ code: "login_failed", message: expect.stringContaining("disabled") });
});

test("who owns guests is not deleted, and the message says what to do", async () => {
  const server = await TestServer.open();
  server.stock();
  const ada = await server.user("ada", "admin");
  await server.call("POST", "/guests", { as: await server.user("bob", "user"), body: { name: "web1", image: "demo" } });
  const refused = await server.call("DELETE", "/users/bob", { as: ada });
  expect(refused.json().error).toMatchObject({ code: "in_use", message: expect.stringContaining("owns guests") });
});

test.each([
  ["аdmin", "U+0430"],
  ["al\u202eice", "U+202E"],
  ["adm\u00edn", "U+00ED"],
  ["a1ice", "looks like alice"],
  ["adrnin", "looks like admin"],
  ["admin-socket", "what Corral itself goes by"],
  ["Alice", "must be 1 to 63 of a–z"],
  ["a".repeat(64), "must be 1 to 63 of a–z"],
])("the name %s is refused, and the message says why", async (name, reason) => {
  const server = await TestServer.open();
  const as = await server.user("admin", "admin");
  await server.user("alice", "user");
  const refused = await server.call("POST", "/users", { as, body: { name } });
  expect(refused.json().error).toMatchObject({
    details: [{ field: "name", message: expect.stringContaining(reason) }],
  });
  expect((await server.call("GET", "/users", { as })).json().total).toBe(2);
});

test("a password of a thousand characters is a password, and one of more is refused unhashed", async () => {
  const server = await TestServer.open();
  const as = await server.user("admin", "admin");
  const long = `${"€".repeat(999)}x`;
  expect(codeOf(await server.call("POST", "/users", { as, body: { name: "bob", password: long } }))).toBe(201);
  const logIn = (password: string) => server.call("POST", "/session", { body: { name: "bob", password } });
  expect(codeOf(await logIn(long))).toBe(200);
  expect(codeOf(await logIn(`${"€".repeat(999)}y`))).toBe("login_failed");
  expect(codeOf(await logIn(`${long}x`))).toBe("invalid_request");
  const body = { name: "eve", password: `${long}x` };
  expect(codeOf(await server.call("POST", "/users", { as, body }))).toBe("invalid_request");
});

test("changing the password needs the present one, and ends the other sessions but not this one", async () => {
  const server = await TestServer.open();
  const here = await server.user("bob", "user");
  const there = await server.call("POST", "/session", { body: { name: "bob", password: PASSWORD } });
  expect((await server.call("GET", "/sessions", { as: here })).json().items).toHaveLength(2);
  const change = (current: string) =>
    server.call("POST", "/me/password", { as: here, body: { current, password: "a whole new one" } });
  expect((await change("wrong")).json().error).toMatchObject({ code: "impossible", details: [{ field: "current" }] });
  expect(codeOf(await change(PASSWORD))).toBe(204);
  expect(codeOf(await server.call("GET", "/me", { headers: cookieOf(there) }))).toBe("not_logged_in");
  const sessions = (await server.call("GET", "/sessions", { as: here })).json().items;
  expect(sessions).toMatchObject([{ current: true }]);
  expect(codeOf(await server.call("POST", "/session", { body: { name: "bob", password: "a whole new one" } }))).toBe(
    200,
  );
});

test("a session is ended by its owner alone, or by an admin with all of them", async () => {
  const server = await TestServer.open();
  const [ada, bob, eve] = [
    await server.user("ada", "admin"),
    await server.user("bob", "user"),
    await server.user("eve", "user"),
  ];
  const [{ id }] = (await server.call("GET", "/sessions", { as: bob })).json().items;
  expect(codeOf(await server.call("DELETE", `/sessions/${id}`, { as: eve }))).toBe("not_found");
  expect((await server.call("GET", "/users/bob/sessions", { as: ada })).json().items).toHaveLength(1);
  expect(codeOf(await server.call("DELETE", "/users/bob/sessions", { as: ada }))).toBe(204);
  expect(codeOf(await server.call("GET", "/me", { as: bob }))).toBe("not_logged_in");
  expect(codeOf(await server.call("GET", "/me", { as: eve }))).toBe(200);
});

test("a cookie that was stolen is worth nothing once it has expired", async () => {
  const server = await TestServer.open();
  const { user } = await server.user("bob", "user");
  const secret = newSecret();
  const expiresAt = new Date(Date.now() - 1).toISOString();
  server.store.sessions.insert({ hash: hashSecret(secret), userId: user.id, address: "127.0.0.1", expiresAt });
  const headers = { cookie: `corral-0=${secret}` };
  expect(codeOf(await server.call("GET", "/me", { headers }))).toBe("not_logged_in");
});

test("a token stops when its time is over, and cannot be made by a token", async () => {
  const server = await TestServer.open();
  const as = await server.user("bob", "user");
  const make = (body: object) => server.call("POST", "/tokens", { as, body });
  expect((await make({ label: "x", expiresAt: "2020-01-01T00:00:00Z" })).json().error.details).toMatchObject([
    { field: "expiresAt" },
  ]);
  const made = (await make({ label: "x", expiresAt: new Date(Date.now() + 60_000).toISOString() })).json();
  const headers = { authorization: `Bearer ${made.secret}` };
  expect(codeOf(await server.call("GET", "/me", { headers }))).toBe(200);
  expect(codeOf(await server.call("POST", "/tokens", { headers, body: { label: "y" } }))).toBe("not_allowed");
  expect((await server.call("GET", "/tokens", { as })).json().items[0].lastUsedAt).not.toBeNull();
  const { row, secret } = server.services.tokens.create(as.user, "old", {
    scope: "full",
    guestIds: null,
    expiresAt: new Date(Date.now() - 1).toISOString(),
  });
  expect(row.label).toBe("old");
  const said = async (token: string) =>
    (await server.call("GET", "/me", { headers: { authorization: `Bearer ${token}` } })).json().error;
  expect(await said(secret)).toMatchObject({
    code: "not_logged_in",
    message: expect.stringMatching(/token old expired on \d{4}-.*Make a new one/),
  });
  // Whoever has not all of it hears nothing of it.
  expect((await said(`${secret.slice(0, -1)}_`)).message).toMatch(/unknown here/);
  expect((await said("nonsense")).message).toMatch(/unknown here/);
});
