import { once } from "node:events";
import { statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { EXIT, type Guest } from "@corral/contracts";
import { Secret, TOTP } from "otpauth";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { parsePublicKey } from "../people/sshKey.ts";
import { SshUser } from "../testing/sshClientProcess.ts";
import { PASSWORD, TestServer } from "../testing/testServer.ts";
import { hostKeyOf } from "./hostKey.ts";
import { SshDoor } from "./sshDoor.ts";
import { SSH_LIMITS, type SshLimits } from "./sshLimits.ts";

const UP = "\u001b[A";
const DOWN = "\u001b[B";

/** A server with its ssh door open, an admin ada, users alice and bob, and alice's guest web1, which cannot boot. */
const opened = async (limits: Partial<SshLimits> = {}) => {
  const server = await TestServer.open();
  server.stock();
  const [ada, alice, bob] = [
    await server.user("ada", "admin"),
    await server.user("alice", "user"),
    await server.user("bob", "user"),
  ];
  for (const [owner, name] of [
    [alice, "web1"],
    [alice, "web2"],
    [bob, "other"],
  ] as const) {
    await server.call("POST", "/guests", { as: owner, body: { name, image: "demo", description: `the ${name}` } });
  }
  const log = pino({ level: "debug" }, { write: (line: string) => server.logged.push(line) });
  const { http, services } = server;
  const door = new SshDoor({ services, http, log, hostKey: hostKeyOf(server.home), limits });
  await door.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => door.close());
  const user = new SshUser(door.port);
  /** Gives somebody a key, and says how to use it. */
  const keyOf = (login: typeof alice, name: string, ...options: string[]): { options: string[] } => {
    const { comment: _, ...key } = parsePublicKey(user.key(name, ...options));
    server.store.sshKeys.insert({ userId: login.user.id, label: name, ...key });
    return { options: ["-i", user.file(name)] };
  };
  return { server, door, user, ada, alice, bob, keyOf };
};

test("every kind of key that is registered opens the door; others do not, and a password still can", async () => {
  const { server, user, alice, keyOf } = await opened();
  for (const [name, ...options] of [
    ["ed", "-t", "ed25519"],
    ["ec", "-t", "ecdsa", "-b", "521"],
    ["rsa", "-t", "rsa", "-b", "2048"],
  ] as const) {
    expect(await user.run("alice", ["list"], keyOf(alice, name, ...options))).toMatchObject({ code: 0, err: "" });
  }
  expect(server.store.sshKeys.listOf(alice.user.id).every(({ lastUsedAt }) => lastUsedAt !== null)).toBe(true);
  const opening = server.store.events.list({ limit: 10, type: "session.opened", by: "ssh" });
  expect(opening.map(({ message, from }) => [message, from])[0]).toEqual([
    "alice logged in by ssh key rsa from 127.0.0.1",
    "127.0.0.1",
  ]);

  // A key of nobody's, and a certificate, which is a key type that this server does not know at all.
  user.key("stranger", "-t", "ed25519");
  const stranger = { options: ["-i", user.file("stranger"), "-o", "BatchMode=yes"] };
  expect(await user.run("alice", ["list"], stranger)).toMatchObject({ code: 255, out: "" });
  user.sign("stranger", "ca");
  expect(await user.run("alice", ["list"], stranger)).toMatchObject({ code: 255, out: "" });
  expect(await user.run("nobody", ["list"], stranger)).toMatchObject({ code: 255, out: "" });
  expect(server.store.events.list({ limit: 3, type: "session.refused" })[0]).toMatchObject({
    by: "ssh",
    from: "127.0.0.1",
    result: "refused",
    message: "A login as nobody from 127.0.0.1 was refused: no key of theirs",
  });

  const answers = [PASSWORD];
  expect(await user.run("alice", ["list"], { options: stranger.options.slice(0, 2), answers })).toMatchObject({
    code: 0,
  });
  expect((statSync(`${server.home}/ssh_host_ed25519_key`).mode & 0o777).toString(8)).toBe("600");
});

test("passwords are slowed down as in the page, and are nowhere to be read", async () => {
  const { server, user } = await opened();
  for (const method of ["password", "keyboard-interactive"]) {
    const options = ["-o", `PreferredAuthentications=${method}`];
    expect(await user.run("alice", ["list"], { options, answers: [PASSWORD] })).toMatchObject({ code: 0 });
    expect(await user.run("alice", ["list"], { options, answers: ["x".repeat(2_000)] })).toMatchObject({ code: 255 });
  }
  const options = ["-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=3"];
  const answers = ["wrong-guess-1", "wrong-guess-2", "wrong-guess-3"];
  let status = 0;
  for (let round = 0; round < 10 && status !== 429; round += 1) {
    await user.run("alice", ["list"], { options, answers });
    status = (await server.call("POST", "/session", { body: { name: "alice", password: "wrong-guess" } })).statusCode;
  }
  expect(status).toBe(429);
  expect(server.store.events.list({ limit: 20, type: "session.refused", by: "ssh" }).length).toBeGreaterThan(4);
  const everything = JSON.stringify(server.store.events.list({ limit: 1000 })) + server.logged.join("");
  for (const secret of [PASSWORD, "wrong-guess", "PRIVATE KEY"]) expect(everything).not.toContain(secret);
});

test("who has a second factor is asked for its code, and comes in with it alone", async () => {
  const { server, user, alice } = await opened();
  const { secondFactors } = server.services;
  const { secret } = secondFactors.begin(alice.user);
  const codes = secondFactors.confirm(alice.user, new TOTP({ secret: Secret.fromBase32(secret) }).generate());
  const [code = ""] = codes;
  const by = (method: string) => ["-o", `PreferredAuthentications=${method}`];
  expect(await user.run("alice", ["list"], { options: by("password"), answers: [PASSWORD] })).toMatchObject({
    code: 255,
  });
  const questions = by("keyboard-interactive");
  expect(await user.run("alice", ["list"], { options: questions, answers: [PASSWORD, "123"] })).toMatchObject({
    code: 255,
  });
  expect(await user.run("alice", ["list"], { options: questions, answers: [PASSWORD, code] })).toMatchObject({
    code: 0,
  });
  expect(await user.run("alice", ["list"], { options: questions, answers: [PASSWORD, code] })).toMatchObject({
    code: 255,
  });
});

test("who has a passkey for a second factor is told to come with a key", async () => {
  const { server, user, bob } = await opened();
  const passkey = { label: "laptop", credentialId: "AAAA", publicKey: "AAAA", counter: 0, transports: [] };
  server.store.passkeys.insert({ ...passkey, userId: bob.user.id });
  const options = ["-o", "PreferredAuthentications=keyboard-interactive", "-o", "LogLevel=INFO"];
  const { code, err } = await user.run("bob", ["list"], { options, answers: [PASSWORD] });
  expect(code).toBe(255);
  expect(err).toContain("Your second factor is a passkey, which ssh cannot ask for. Log in with an ssh key");
  expect(server.store.events.list({ limit: 1, type: "session.refused" })[0]?.message).toBe(
    "A login as bob from 127.0.0.1 was refused: their second factor is a passkey, which ssh cannot ask for",
  );
});

test("commands do what the page does, with the same rights and the command line's exit codes", async () => {
  const { server, user, alice, keyOf } = await opened();
  const key = keyOf(alice, "ed", "-t", "ed25519");
  const say = (...words: string[]) => user.run("alice", words, key);

  const list = await say("list", "--json");
  expect((JSON.parse(list.out) as Guest[]).map(({ definition }) => definition.name)).toEqual(["web1", "web2"]);
  expect((await say("list")).out).toMatch(/^NAME +STATE.*\nweb1 +stopped/);
  expect(JSON.parse((await say("status", "web1", "--json")).out)).toMatchObject({ state: "stopped" });
  expect(await say("log", "web1", "--tail", "100")).toMatchObject({ code: EXIT.ok, out: "" });
  expect(JSON.parse((await say("log", "web1", "--json")).out)).toEqual({ guest: "web1", console: "con0", text: "" });
  expect(await say("shutdown", "web1")).toMatchObject({ code: EXIT.wrongState, out: "" });
  expect(await say("boot", "other")).toMatchObject({
    code: EXIT.notFound,
    err: "corral: There is no such guest. It may have been deleted or renamed.\n",
  });
  expect(await say("status", "../../etc/passwd")).toMatchObject({ code: EXIT.notFound });
  expect(await say("reboot")).toMatchObject({ code: EXIT.usage });
  expect(await say("log", "web1", "--tail", "x")).toMatchObject({ code: EXIT.usage });
  expect(await say("status")).toMatchObject({ code: EXIT.usage });
  expect((await say("status", "nothing", "--json")).err).toContain('"code":"not_found"');
  expect(await say("exec", "web1", "--", "uname", "-r")).toMatchObject({ code: EXIT.wrongState, out: "" });
  expect(await user.run("alice+web1", ["uname"], key)).toMatchObject({ code: EXIT.wrongState, out: "" });
  expect(await say("exec", "web1", "uname")).toMatchObject({ code: EXIT.usage });
  const { out: help } = await say("help");
  expect(help).toContain("shutdown <guest>");
  expect(help.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(await say("list", "--wait")).toMatchObject({ code: EXIT.usage, out: "" });
  expect(await say("boot", "web1", "--wait", "--timeout", "soon")).toMatchObject({ code: EXIT.usage });
  expect(await say("boot", "web1", "--wait")).toMatchObject({ code: EXIT.failure, out: "" });
  expect(await say("x".repeat(20_000))).toMatchObject({ code: EXIT.usage });
  expect(await user.run("alice", [], { ...key, input: "q" })).toMatchObject({ code: EXIT.usage });
  // No subsystem, no forwarding.
  expect((await user.run("alice", ["-s", "sftp"], key)).code).not.toBe(0);
  expect((await user.run("alice", [], { options: [...key.options, "-W", "127.0.0.1:1"] })).code).toBe(255);

  // It cannot boot, since its image is none: what was asked for is in the audit all the same.
  await say("boot", "web1");
  expect(server.store.events.list({ limit: 9, type: "guest.action" })[0]).toMatchObject({
    actor: "alice",
    by: "ssh",
    from: "127.0.0.1",
    message: "alice: start web1",
  });
});

test("the menu shows the guests live, obeys keys, follows the window and comes back from a console", async () => {
  const { server, user, alice, keyOf } = await opened();
  const terminal = user.terminal("alice", keyOf(alice, "ed", "-t", "ed25519"));
  await terminal.see(/2 guests, 0 on/);
  await terminal.see(/> web1 .*web2 /s);
  await terminal.see(/Enter console {2}b boot/);
  expect(terminal.text).not.toContain("other");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what moves the cursor begins with an escape
  const drawn = [...terminal.text.matchAll(/\[(\d+);1H([^\u001b]*)/g)];
  expect(Math.max(...drawn.map(([, row]) => Number(row)))).toBe(24);
  expect(Math.max(...drawn.map(([, , line = ""]) => line.length))).toBeLessThanOrEqual(80);

  terminal.type(DOWN);
  await terminal.see(/> web2/);
  terminal.type("s");
  await terminal.see(/Shut down is not possible: the guest is off/);
  terminal.type(`${UP}${UP}?`);
  await terminal.see(/Straight to a console/);
  terminal.type("q");
  let from = terminal.text.length;
  terminal.type("h");
  await terminal.see(/alice created web1/, from);
  terminal.type("x");

  // Made elsewhere, and there. What people write moves no cursor.
  from = terminal.text.length;
  await server.call("POST", "/guests", {
    as: alice,
    body: { name: "fresh", image: "demo", description: "new" },
  });
  await terminal.see(/3 guests/, from);
  await terminal.see(/> web1/, from);

  from = terminal.text.length;
  terminal.resize(60, 10);
  await terminal.see(/web2/, from);
  expect(Math.max(...[...terminal.text.slice(from).matchAll(/\[(\d+);1H/g)].map(([, row]) => Number(row)))).toBe(10);

  from = terminal.text.length;
  terminal.type("\r");
  await terminal.see(/\[corral: web1 con0\. Ctrl-\] \. leaves/, from);
  expect(
    server.supervisor.status((await server.call("GET", "/guests/web1", { as: alice })).json().id).consoles[0]?.viewers,
  ).toBe(1);
  terminal.type("\u001d.");
  await terminal.see(/1049h.*> web1/s, from);
  terminal.type("q");
  expect(await terminal.ended()).toBe(0);
  const visits = server.store.events.list({ limit: 2, type: "console" }).map(({ type, by }) => [type, by]);
  expect(visits).toEqual([
    ["console.detached", "ssh"],
    ["console.attached", "ssh"],
  ]);
});

test("a million lines pasted into the menu press no key", async () => {
  const { server, user, alice, keyOf } = await opened();
  const before = server.store.events.newest();
  const options = [...keyOf(alice, "ed", "-t", "ed25519").options, "-tt"];
  const { code, out } = await user.run("alice", [], { options, input: "b\ny\ns\ny\nq\n".repeat(200_000) });
  expect(out).toContain("2 guests, 0 on");
  expect(code).toBe(0);
  const types = server.store.events.after(before, 100).map(({ type }) => type);
  expect(types).toEqual(["session.opened"]);
});

test("a login that is taken back ends what it opened, and limits hold", async () => {
  const limits = { knownOfPerson: 2, sessions: 1, idleMs: 60_000 };
  const { server, door, user, ada, alice, keyOf } = await opened(limits);
  const key = keyOf(alice, "ed", "-t", "ed25519");
  const one = user.terminal("alice+web1", key);
  await one.see(/web1 is off/);
  const two = user.terminal("alice", key);
  await two.see(/2 guests/);
  expect((await user.run("alice", ["list"], key)).code).toBe(255);
  expect(door.size).toBe(2);

  await server.call("PATCH", "/users/alice", { as: ada, body: { disabled: true } });
  await one.see(/Your login has ended/);
  await two.see(/Your login has ended/);
  await Promise.all([one.ended(), two.ended()]);
});

test("a console over ssh follows what its person may do with the guest", async () => {
  const { server, user, ada, alice, bob, keyOf } = await opened();
  const share = (right: string) =>
    server.call("PATCH", "/guests/web1/access", {
      as: alice,
      body: { grants: [{ kind: "user", name: "bob", right }] },
    });
  const key = keyOf(bob, "ed", "-t", "ed25519");
  await share("use");
  const typing = user.terminal("bob+web1", key);
  await typing.see(/web1 is off/);
  await share("watch");
  await typing.see(/What you may do with this guest has changed/);
  expect(await typing.ended()).toBe(1);

  const watching = user.terminal("bob+web1", key);
  await watching.see(/You are watching\.\]/);
  watching.type("\u001dt");
  await watching.see(/You may watch this console, but not type/);
  await server.call("PATCH", "/guests/web1", { as: ada, body: { owner: "ada" } });
  await server.call("PATCH", "/guests/web1/access", { as: ada, body: { grants: [] } });
  await watching.see(/There is no such guest/);
  await watching.ended();
});

test("300 half-open connections from 20 addresses keep nobody out, nor send anybody away", async () => {
  const { door, user, alice, bob, keyOf } = await opened();
  const key = keyOf(alice, "ed", "-t", "ed25519");
  const here = user.terminal("alice", key);
  await here.see(/2 guests/);
  const flood: Socket[] = [];
  onTestFinished(() => {
    for (const socket of flood) socket.destroy();
  });
  for (let round = 0; round < 15; round += 1) {
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const socket = connect({ port: door.port, host: "127.0.0.1", localAddress: `127.0.2.${index + 1}` });
        socket.on("error", () => {});
        flood.push(socket);
        await Promise.race([once(socket, "connect"), once(socket, "close")]);
      }),
    );
  }
  expect(door.size).toBeLessThanOrEqual(SSH_LIMITS.strangers + 1);
  expect(await user.run("bob", ["list"], keyOf(bob, "bobs", "-t", "ed25519"))).toMatchObject({ code: 0, err: "" });
  expect(await user.run("alice", ["list"], { answers: [PASSWORD] })).toMatchObject({ code: 0, err: "" });
  const from = here.text.length;
  here.type("?");
  await here.see(/./, from);
  expect(here.code).toBeNull();
  expect(flood.some((socket) => !socket.destroyed)).toBe(true);
});

test("silence is ended: before a login, and after", async () => {
  const { user, alice, keyOf } = await opened({ idleMs: 4_000 });
  const terminal = user.terminal("alice", keyOf(alice, "ed", "-t", "ed25519"));
  await terminal.see(/Nobody has typed/);
  await terminal.ended();
});
