import { TOTP } from "otpauth";
import { expect, test } from "vitest";
import { PASSWORD, TestServer } from "../testing/testServer.ts";

const STEP_MS = 30_000;
const codeAt = (secret: string, steps: number) =>
  new TOTP({ secret, period: 30, digits: 6 }).generate({ timestamp: Date.now() + steps * STEP_MS });

const withAuthenticator = async () => {
  const server = await TestServer.open();
  const as = await server.user("bob", "user");
  const begin = (current: string) => server.call("POST", "/me/second-factor", { as, body: { current } });
  expect((await begin("wrong")).json().error.details).toMatchObject([{ field: "current" }]);
  const { secret, uri } = (await begin(PASSWORD)).json();
  expect(uri).toContain(`secret=${secret}`);
  const confirm = (code: string) => server.call("POST", "/me/second-factor/confirm", { as, body: { code } });
  const now = codeAt(secret, 0);
  expect((await confirm(now === "000000" ? "000001" : "000000")).json().error.code).toBe("impossible");
  const { recoveryCodes } = (await confirm(now)).json();
  const logIn = async (code?: string) => {
    const answer = await server.call("POST", "/session", { body: { name: "bob", password: PASSWORD, code } });
    return answer.statusCode === 200 ? 200 : answer.json().error.code;
  };
  return { server, as, secret, now, recoveryCodes, logIn };
};

test("with an authenticator the password alone logs nobody in, and no code does twice", async () => {
  const { logIn, now, secret, recoveryCodes } = await withAuthenticator();
  expect(await logIn()).toBe("second_factor_needed");
  expect(await logIn(now)).toBe("login_failed");
  const next = codeAt(secret, 1);
  expect([await logIn(next), await logIn(next)]).toEqual([200, "login_failed"]);
  expect([await logIn(recoveryCodes[0]), await logIn(recoveryCodes[0])]).toEqual([200, "login_failed"]);
  expect(await logIn(recoveryCodes[1].toUpperCase().replace("-", " "))).toBe(200);
});

test("guessing codes is slowed as guessing passwords is", async () => {
  const { logIn } = await withAuthenticator();
  const codes = await Promise.all(Array.from({ length: 12 }, (_, n) => logIn(String(n).padStart(6, "0"))));
  expect(codes.filter((code) => code === "too_many_requests").length).toBeGreaterThanOrEqual(7);
});

test("the password or an admin removes it", async () => {
  const { server, as, logIn } = await withAuthenticator();
  const remove = (current: string) => server.call("POST", "/me/second-factor/remove", { as, body: { current } });
  expect((await remove("wrong")).json().error.code).toBe("impossible");
  const ada = await server.user("ada", "admin");
  expect((await server.call("GET", "/users", { as: ada })).json().items[1]).toMatchObject({ hasSecondFactor: true });
  expect((await server.call("DELETE", "/users/bob/second-factor", { as: ada })).statusCode).toBe(204);
  expect(await logIn()).toBe(200);
});

test("a link for a new password does not go around it, and no secret is told", async () => {
  const { server, secret, recoveryCodes, logIn } = await withAuthenticator();
  const ada = await server.user("ada", "admin");
  const { url } = (await server.call("POST", "/users/bob/password-link", { as: ada })).json();
  const body = { secret: url.split("#")[1], password: PASSWORD };
  const redeemed = await server.call("POST", "/session/link", { body });
  expect(redeemed.json().error.code).toBe("second_factor_needed");
  expect(redeemed.headers["set-cookie"]).toBeUndefined();
  expect(await logIn(recoveryCodes[0])).toBe(200);
  const told = server.logged.join("") + JSON.stringify(server.store.events.list({ limit: 100 }));
  for (const hidden of [secret, ...recoveryCodes, body.secret]) expect(told).not.toContain(hidden);
});

test("a passkey is a second factor as well; an admin removes it with the rest", async () => {
  const server = await TestServer.open();
  const [ada, bob] = [await server.user("ada", "admin"), await server.user("bob", "user")];
  const passkey = { label: "laptop", credentialId: "AAAA", publicKey: "AAAA", counter: 0, transports: [] };
  server.store.passkeys.insert({ ...passkey, userId: bob.user.id });
  const [{ id }] = (await server.call("GET", "/me/passkeys", { as: bob })).json().items;
  const remove = (as: typeof bob, current: string) =>
    server.call("POST", `/me/passkeys/${id}/remove`, { as, body: { current } });
  expect((await remove(bob, "wrong")).json().error.code).toBe("impossible");
  expect((await remove(ada, PASSWORD)).json().error.code).toBe("not_found");

  const refusal = await server.call("POST", "/session", { body: { name: "bob", password: PASSWORD } });
  expect(refusal.json().error).toMatchObject({ code: "second_factor_needed", details: [{ field: "passkey" }] });
  const withCode = { name: "bob", password: PASSWORD, code: "123456" };
  expect((await server.call("POST", "/session", { body: withCode })).json().error.code).toBe("second_factor_needed");

  const account = { name: "bob", password: PASSWORD };
  const asked = (await server.call("POST", "/session/passkey/challenge", { body: { account } })).json();
  expect(asked).toMatchObject({ rpId: "localhost", allowCredentials: [{ id: "AAAA" }], userVerification: "preferred" });
  const stranger = await server.call("POST", "/session/passkey/challenge", { body: {} });
  expect(stranger.json()).toMatchObject({ allowCredentials: [], userVerification: "required" });
  const none = await server.call("POST", "/session/passkey/challenge", {
    body: { account: { ...account, name: "ada" } },
  });
  expect(none.json().error).toMatchObject({ code: "wrong_state", message: expect.stringContaining("no passkey") });

  expect((await server.call("GET", "/users", { as: ada })).json().items[1]).toMatchObject({ hasSecondFactor: true });
  expect((await server.call("DELETE", "/users/bob/second-factor", { as: ada })).statusCode).toBe(204);
  expect((await server.call("POST", "/session", { body: account })).statusCode).toBe(200);
});

test("guessing a password by way of a passkey is slowed as it is everywhere", async () => {
  const server = await TestServer.open();
  await server.user("bob", "user");
  const body = { account: { name: "bob", password: "wrong" } };
  const attempt = async () => (await server.call("POST", "/session/passkey/challenge", { body })).json().error.code;
  const codes = await Promise.all(Array.from({ length: 12 }, attempt));
  expect(codes.filter((code) => code === "too_many_requests").length).toBeGreaterThanOrEqual(7);
  expect((await server.call("POST", "/session", { body: { name: "bob", password: PASSWORD } })).statusCode).toBe(429);
});
