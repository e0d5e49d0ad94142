import { rmSync } from "node:fs";
import type { ServerFrame } from "@corral/contracts";
import { expect, onTestFinished, test } from "vitest";
import { hashPassword } from "../people/password.ts";
import { parsePublicKey } from "../people/sshKey.ts";
import { SshUser } from "../testing/sshClientProcess.ts";
import { SshConnectionOf } from "../testing/sshConnection.ts";
import { TestSocket } from "../testing/testSocket.ts";
import { WholeServer, wholeHome } from "../testing/wholeServer.ts";

const PASSWORD = "correct horse battery";
const PROMPT = /web1:~# /;

test("a guest is booted, used beside a browser, asked and shut off, all by ssh", async () => {
  const home = wholeHome();
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const whole = await WholeServer.start(home, { ssh: { isOpen: true, host: "127.0.0.1", port: 0 } });
  onTestFinished(() => whole.end());
  const { server } = whole;
  const { store } = server.app.services;
  const user = new SshUser(server.app.services.sshEntry.state.port);
  const { comment: _, ...key } = parsePublicKey(user.key("ed", "-t", "ed25519"));
  store.sshKeys.insert({ userId: store.users.find("ada")?.id ?? "", label: "ed", ...key });
  const options = ["-i", user.file("ed")];
  const say = (...words: string[]) => user.run("ada", words, { options });
  await whole.call("POST", "/guests", { name: "web1", image: "demo", memoryMiB: 64 });

  // Before it is on, one sits at its console.
  const terminal = user.terminal("ada+web1", { options });
  await terminal.see(/Ctrl-\] \. leaves.*web1 is off/s);
  expect(await say("boot", "web1", "--wait")).toMatchObject({ code: 0, out: "web1 is running.\n" });
  // Whoever waited can run commands.
  expect(await say("exec", "web1", "--", "uname", "-n")).toMatchObject({ code: 0, out: "web1\n" });
  await terminal.see(PROMPT);
  terminal.type("echo from-$((40 + 2))-ssh; stty size\r");
  await terminal.see(/from-42-ssh.*24 80/s);

  // A browser sees who is there, and what was printed; and takes the seat.
  const path = "/guests/web1/consoles/con0/attach";
  const browser = await TestSocket.open(whole, path, { headers: whole.headersOf() });
  browser.send({ type: "attach", since: 0, cols: 100, rows: 30 });
  const hello = await browser.frame<Extract<ServerFrame, { type: "hello" }>>(({ type }) => type === "hello");
  expect(hello.viewers.map(({ user: name, from, role }) => [name, from, role])).toEqual([
    ["ada", "ssh 127.0.0.1", "writer"],
    ["ada", "127.0.0.1", "spy"],
  ]);
  await browser.see(/from-42-ssh/);
  browser.send({ type: "take" });
  await terminal.see(/You are watching: ada took control/);
  let from = terminal.text.length;
  terminal.type("\u001dt");
  await terminal.see(/You have control/, from);
  terminal.type("echo again-$((40 + 3))\r");
  await browser.see(/again-43/);

  // The window follows its writer's.
  terminal.resize(90, 20);
  from = terminal.text.length;
  await browser.frame<ServerFrame>((frame) => frame.type === "resize" && frame.cols === 90);
  terminal.type("stty size\r");
  await terminal.see(/20 90/, from);
  terminal.type("\u001d.");
  expect(await terminal.ended()).toBe(0);

  expect((await say("log", "web1", "--tail", "50")).out).toContain("again-43");
  expect(await say("exec", "web1", "--", "sh", "-c", "'echo inside; exit 7'")).toMatchObject({
    code: 7,
    out: "inside\n",
  });
  expect(await user.run("ada+web1", ["uname", "-n"], { options })).toMatchObject({ code: 0, out: "web1\n" });

  // What is piped in is its input, what it prints comes at once, and it ends with whoever ran it.
  const piped = "0123456789\n".repeat(5_000);
  expect(await user.run("ada", ["exec", "web1", "--", "cat"], { options, input: piped })).toMatchObject({
    code: 0,
    out: piped,
  });
  const asking = user.terminal("ada", {
    options,
    command: ["exec", "web1", "--", "sh", "-c", "'while read line; do echo got-$line; done; exit 3'"],
  });
  for (const word of ["one", "two"]) {
    asking.type(`${word}\r`);
    await asking.see(new RegExp(`got-${word}`));
  }
  asking.type("\u0004");
  expect(await asking.ended()).toBe(3);
  const sleeping = user.terminal("ada", {
    options,
    command: ["exec", "web1", "--", "sh", "-c", "'echo asleep; sleep 1000'"],
  });
  await sleeping.see(/asleep/);
  sleeping.type("\u0003");
  await sleeping.ended();
  while ((await say("exec", "web1", "--", "pidof", "sleep")).code === 0);
  const raw = user.terminal("ada", {
    options: [...options, "-t"],
    command: ["exec", "web1", "--", "sh", "-c", "'echo a; echo b; sleep 1000'"],
  });
  await raw.see(/a\r\nb\r\n/);
  raw.type("\u0003");
  expect(await raw.ended()).toBe(137);

  // A signal ends it as well.
  store.users.setPasswordHash(store.users.find("ada")?.id ?? "", await hashPassword(PASSWORD));
  const connection = await SshConnectionOf.open(server.app.services.sshEntry.state.port, "ada", PASSWORD);
  for (const signal of ["INT", "TERM", "HUP", "KILL"]) {
    const answer = await connection.run("exec web1 -- sh -c 'echo asleep; sleep 1000'", signal);
    expect(answer, signal).toMatchObject({ code: 137, out: "asleep\n" });
  }
  while ((await say("exec", "web1", "--", "pidof", "sleep")).code === 0);

  // What cannot be is said, and by whom.
  const wrong = await user.run("ada+web1+nope", ["list"], { options });
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('web1 has no console "nope"; it has con0') });
  const onConsole = await user.run("ada+web1+con0", ["list"], { options });
  expect(onConsole).toMatchObject({ code: 2, err: expect.stringContaining("leave out +con0") });
  const inGuest = await user.run("ada+web1", ["no-such-program"], { options });
  expect(inGuest).toMatchObject({ code: 127, err: expect.stringContaining("web1 has no such program") });

  // Nor does it outlive the right to run it.
  const bob = store.users.insert({ name: "bob", role: "user", passwordHash: "" });
  store.sshKeys.insert({ userId: bob.id, label: "ed", ...key });
  const grants = [{ kind: "user", name: "bob", right: "manage" }];
  await whole.call("PATCH", "/guests/web1/access", { grants });
  const command = ["exec", "web1", "--", "sh", "-c", "'echo asleep; sleep 1000'"];
  const lent = user.terminal("bob", { options, command });
  await lent.see(/asleep/);
  await whole.call("PATCH", "/guests/web1/access", { grants: [] });
  expect(await lent.ended()).toBe(137);

  const menu = user.terminal("ada", { options });
  // What is measured comes by itself: load, and memory in use.
  await menu.see(/> web1 +running +\d.*? +\d+\.\d\d +\d+\/64M/);
  menu.type("p");
  await menu.see(/PID .*COMMAND/);
  menu.type("q");
  menu.type("t");
  await menu.see(/load \d.* of \d+ MiB.*CPU +PID .*COMMAND/s);
  menu.type("q");
  menu.type("q");
  expect(await menu.ended()).toBe(0);
  expect(await say("shutdown", "web1", "--wait")).toMatchObject({ code: 0, out: "web1 is stopped.\n" });
});
