import { expect, test } from "vitest";
import { TestOidcProvider } from "../testing/oidcProvider.ts";
import { TestServer } from "../testing/testServer.ts";

const ROLES = [
  { group: "staff", role: "user" },
  { group: "ops", role: "admin" },
] as const;

const open = async () => {
  const provider = await TestOidcProvider.open("http://127.0.0.1:7070/single-sign-on");
  const server = await TestServer.open({ oidc: provider.settings(ROLES) });
  const begin = async (body: object = {}) => {
    const response = await server.call("POST", "/session/single-sign-on", { body });
    const cookie = String(response.headers["set-cookie"]);
    return { url: String(response.json().url), cookie, headers: { cookie: cookie.split(";")[0] ?? "" } };
  };
  const finish = async (query: string, headers: Record<string, string> = {}) =>
    server.call("POST", "/session/single-sign-on/answer", { body: { query }, headers });
  const logIn = async (person: Partial<TestOidcProvider["person"]>) => {
    provider.person = { ...provider.person, ...person };
    const { url, headers } = await begin();
    return finish(await provider.logIn(url), headers);
  };
  return { provider, server, begin, finish, logIn };
};

test("groups let people in, with a role that each login renews", async () => {
  const { provider, server, logIn } = await open();
  expect((await server.call("GET", "/session/ways")).json()).toMatchObject({ singleSignOn: true });
  await server.user("root", "admin");

  const stranger = await logIn({ groups: ["visitors"] });
  expect(stranger.json().error).toMatchObject({ code: "login_failed", message: expect.stringContaining("groups") });
  expect(server.store.users.find("alice")).toBeNull();

  const first = await logIn({ groups: ["staff", "visitors"] });
  expect(first.json()).toMatchObject({ user: { name: "alice", role: "user" }, by: "session" });
  const session = [first.headers["set-cookie"]].flat().find((cookie) => cookie?.includes("SameSite=Strict"));
  const headers = { cookie: String(session).split(";")[0] ?? "" };
  expect((await server.call("GET", "/me", { headers })).json().user.name).toBe("alice");

  const { id } = first.json().user;
  // The name there may change; who they are does not.
  const second = await logIn({ name: "alice-smith", groups: ["staff", "ops"] });
  expect(second.json().user).toMatchObject({ id, name: "alice", role: "admin" });
  expect((await logIn({ groups: ["staff"] })).json().user.role).toBe("user");

  server.store.users.update(id, { disabledAt: new Date().toISOString() });
  expect((await logIn({})).json().error.message).toContain("disabled");
  provider.givesUp = true;
  expect((await logIn({})).json().error.message).toContain("given up");

  const events = server.store.events.list({ limit: 100 }).map(({ type, result }) => `${type} ${result}`);
  for (const one of ["user.created done", "session.opened done", "user.changed done", "session.refused refused"]) {
    expect(events).toContain(one);
  }
});

test("the last admin stays one", async () => {
  const { logIn } = await open();
  expect((await logIn({ groups: ["ops"] })).json().user.role).toBe("admin");
  expect((await logIn({ groups: ["staff"] })).json().user.role).toBe("admin");
});

test("a name in use, or one like it, is never taken over", async () => {
  const { server, logIn } = await open();
  const { user } = await server.user("alice", "admin");
  const nameOf = async (subject: string, name: string) =>
    (await logIn({ subject, name, groups: ["staff"] })).json().user.name;
  expect(await nameOf("1", "alice")).toBe("alice-2");
  expect(await nameOf("2", "Alice@login.example")).toBe("alice-3");
  expect(await nameOf("3", "corral")).toBe("corral-2");
  expect(await nameOf("4", "Zoë Smith")).toBe("zoe-smith");
  expect(await nameOf("5", "\u0430\u0430")).toBe("user");
  expect(await nameOf("6", user.id)).toBe(`${user.id}-2`);
  expect(await nameOf("1", "zoe-smith")).toBe("alice-2");
  expect(server.store.users.find("alice")).toEqual(user);
});

test("an answer is good once, in the browser that began, and only whole", async () => {
  const { provider, begin, finish } = await open();
  provider.person = { subject: "1", name: "alice", groups: ["staff"] };
  const { url, cookie, headers } = await begin();
  expect(cookie).toMatch(/^corral-sign-on-0=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
  const asked = Object.fromEntries(new URL(url).searchParams);
  expect(asked).toMatchObject({ response_type: "code", code_challenge_method: "S256", scope: "openid profile groups" });

  const query = await provider.logIn(url);
  const another = await begin();
  const codeOf = async (answer: string, from: Record<string, string>) =>
    (await finish(answer, from)).json().error?.code ?? "logged in";
  expect(await codeOf(query, {})).toBe("login_failed");
  expect(await codeOf(query, another.headers)).toBe("login_failed");
  expect(await codeOf(query, { cookie: "corral-sign-on-0=rubbish" })).toBe("login_failed");
  expect(await codeOf("state=x", headers)).toBe("login_failed");
  expect(await codeOf("%%%&&&=", headers)).toBe("login_failed");
  const done = await finish(query, headers);
  expect(done.statusCode).toBe(200);
  expect([done.headers["set-cookie"]].flat().join()).toContain("corral-sign-on-0=; ");
  expect(await codeOf(query, headers)).toBe("login_failed");
});

test("it leads back to the page that was wanted, which is one of this server's", async () => {
  const { provider, server, begin, finish } = await open();
  provider.person = { subject: "1", name: "alice", groups: ["staff"] };
  const { url, headers } = await begin({ to: "/guests/web1?tab=log" });
  expect((await finish(await provider.logIn(url), headers)).json().to).toBe("/guests/web1?tab=log");
  const plain = await begin();
  expect((await finish(await provider.logIn(plain.url), plain.headers)).json().to).toBe("/");

  for (const to of ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"]) {
    const answer = await server.call("POST", "/session/single-sign-on", { body: { to } });
    expect(answer.json().error).toMatchObject({ code: "invalid_request", details: [{ field: "to" }] });
    // A cookie is written by whoever can.
    const [name, value = ""] = (await begin()).headers.cookie.split("=");
    const forged = { ...JSON.parse(Buffer.from(value, "base64url").toString()), to };
    const cookie = `${name}=${Buffer.from(JSON.stringify(forged)).toString("base64url")}`;
    expect((await finish(await provider.logIn(url), { cookie })).json().error.code).toBe("login_failed");
  }
});

test("without a provider, or with one that is away, it says so", async () => {
  const without = await TestServer.open();
  expect((await without.call("GET", "/session/ways")).json()).toMatchObject({ singleSignOn: false });
  expect((await without.call("POST", "/session/single-sign-on", { body: {} })).json().error.message).toContain(
    "not set up",
  );
  const oidc = { issuer: "http://127.0.0.1:1", clientId: "corral", clientSecret: "secret", roles: ROLES };
  const away = await TestServer.open({ oidc });
  expect((await away.call("POST", "/session/single-sign-on", { body: {} })).json().error.message).toContain(
    "cannot be reached",
  );
});
