import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { CLOSE, type Guest, type ServerFrame } from "@corral/contracts";
import { expect, onTestFinished, test } from "vitest";
import { TestSocket } from "../testing/testSocket.ts";
import { WholeServer, wholeHome } from "../testing/wholeServer.ts";

const PROMPT = /web1:~# /;

/** A data folder that goes with the test, and the guests in it too. */
const temporaryHome = () => {
  const home = wholeHome();
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
};

const started = async (home = temporaryHome()) => {
  const whole = await WholeServer.start(home);
  onTestFinished(() => whole.end());
  const { server } = whole;
  const attach = async (more: object = {}, console = "con0") => {
    const path = `/guests/web1/consoles/${console}/attach`;
    const socket = await TestSocket.open(whole, path, { headers: whole.headersOf() });
    socket.send({ type: "attach", cols: 80, rows: 24, ...more });
    return { socket, hello: await socket.frame<ServerFrame>(({ type }) => type === "hello") };
  };
  return { server, call: whole.call.bind(whole), attach };
};

test("a guest is created, boots before its viewer's eyes, is typed at, and loses nothing to a reconnect", async () => {
  const { server, call, attach } = await started();
  expect((await call("POST", "/guests", { name: "web1", image: "demo", memoryMiB: 64 })).statusCode).toBe(201);
  const { socket, hello } = await attach({ cols: 101, rows: 33 });
  expect(hello).toMatchObject({ state: "stopped", offset: 0, role: "writer" });

  expect((await call("POST", "/guests/web1/actions/start")).statusCode).toBe(202);
  const boot = await socket.frame<ServerFrame>(({ type }) => type === "boot");
  expect(boot).toMatchObject({ boot: 1, offset: 0 });
  await socket.see(PROMPT);
  await socket.frame<ServerFrame>((frame) => frame.type === "state" && frame.state === "running");
  socket.socket.send(Buffer.from("uname -r; stty size\n"));
  expect(await socket.see(/33 101\r\n/)).toContain(server.app.services.store.kernels.newest()?.version);

  // All of it again by the log, and from the middle by a second viewer.
  const log = (await call("GET", "/guests/web1/consoles/con0/log?from=0&limit=1000000")).rawPayload;
  const { socket: second } = await attach({ since: 1_000, role: "spy" });
  while (socket.bytes.length < log.length || second.bytes.length < log.length - 1_000) await sleep(5);
  expect(socket.bytes.subarray(0, log.length).equals(log)).toBe(true);
  expect(second.bytes.subarray(0, log.length - 1_000).equals(log.subarray(1_000))).toBe(true);

  second.send({ type: "take" });
  await socket.frame<ServerFrame>((frame) => frame.type === "role" && frame.role === "spy");
  second.send({ type: "resize", cols: 90, rows: 20 });
  second.socket.send(Buffer.from("stty size\n"));
  await second.see(/20 90\r\n/);

  expect((await call("POST", "/guests/web1/actions/force-off")).statusCode).toBe(202);
  await second.frame<ServerFrame>((frame) => frame.type === "state" && frame.state === "stopped");
  const guest: Guest = (await call("GET", "/guests/web1")).json();
  expect(guest).toMatchObject({ state: "stopped", ending: { kind: "forced-off" }, boots: 1 });
  const states = server.app.services.store.events
    .list({ limit: 100, subject: guest.id })
    .flatMap(({ type, data }) => (type === "guest.state" ? [data.state] : []))
    .reverse();
  expect(states).toEqual(expect.arrayContaining(["starting", "booting", "running", "stopped"]));
});

test("a disk with another source is another disk: refused while the guest is on, new when it is off", async () => {
  const { call, attach } = await started();
  const disks = [
    { ubd: 0, source: { kind: "image", image: "demo" } },
    { ubd: 1, source: { kind: "empty", sizeMiB: 1 } },
  ];
  const created = await call("POST", "/guests", { name: "web1", disks, memoryMiB: 64, start: true });
  expect(created.json()).toMatchObject({ state: expect.stringMatching(/starting|booting/) });
  const { socket } = await attach();
  await socket.see(PROMPT);
  const larger = [disks[0], { ubd: 1, source: { kind: "empty", sizeMiB: 2 } }];
  const refused = (await call("PATCH", "/guests/web1", { disks: larger })).json().error;
  expect(refused).toMatchObject({ code: "wrong_state", message: expect.stringContaining("ubd1") });
  const changed: Guest = (await call("PATCH", "/guests/web1", { memoryMiB: 96 })).json();
  expect(changed).toMatchObject({ restartNeeded: true });

  await call("POST", "/guests/web1/actions/force-off");
  expect((await call("PATCH", "/guests/web1", { disks: larger })).statusCode).toBe(200);
  await call("POST", "/guests/web1/actions/start");
  // The console outlives the guest's power-off: the same viewer sees the next boot, and still has the seat.
  await socket.see(/web1:~# .*web1:~# /s);
  socket.socket.send(Buffer.from("cat /sys/block/ubdb/size\n"));
  await socket.see(/\n4096\r\n/);
});

test("a server that closes leaves its guests running and says so, and the next one goes on where it was", async () => {
  const home = temporaryHome();
  const first = await started(home);
  await first.call("POST", "/guests", { name: "web1", image: "demo", memoryMiB: 64, start: true });
  const { socket } = await first.attach({ since: 0 });
  await socket.see(PROMPT);
  const { pid } = (await first.call("GET", "/guests/web1")).json() as Guest;
  socket.socket.send(Buffer.from("sleep 1; echo printed-with-$((40 + 2))-nobody-there\n"));
  await socket.see(/nobody-there/);
  expect(await first.server.close({ stopGuests: false })).toEqual({ running: 1 });
  expect(await socket.closed).toMatchObject({ code: CLOSE.serverClosing });
  await sleep(1_500);

  const second = await started(home);
  expect(second.server.adopted).toBe(1);
  expect((await second.call("GET", "/guests/web1")).json()).toMatchObject({ state: "running", pid, boots: 1 });
  const { socket: again } = await second.attach({ since: socket.bytes.length });
  expect(await again.see(/printed-with-42-nobody-there/)).not.toContain("BusyBox");
  again.socket.send(Buffer.from("echo still-$((40 + 2))\n"));
  await again.see(/still-42/);
});

test("two consoles and two serial lines of every kind are four logs, and a channel is changed for good", async () => {
  const { server, call, attach } = await started();
  const consoles = [
    { name: "con0", channel: "fd" },
    { name: "con1", channel: "pts" },
    { name: "ssl0", channel: "port:9000" },
    { name: "ssl1", channel: "fd" },
  ];
  await call("POST", "/guests", { name: "web1", image: "demo", memoryMiB: 64, consoles, start: true });
  for (const { name } of consoles) {
    const { socket } = await attach({ since: 0 }, name);
    await socket.see(PROMPT);
    socket.socket.send(Buffer.from(`echo log-of-$((40 + 2))-${name}\n`));
    await socket.see(new RegExp(`log-of-42-${name}`));
  }
  for (const { name } of consoles) {
    const log = (await call("GET", `/guests/web1/consoles/${name}/log?from=0`)).rawPayload.toString("latin1");
    expect(log.match(/log-of-42-\w+/g)).toEqual([`log-of-42-${name}`]);
  }
  const guest: Guest = (await call("GET", "/guests/web1")).json();
  expect(guest.consoles.map(({ name, channel, note }) => [name, channel, note])).toEqual(
    consoles.map(({ name, channel }) => [name, channel, null]),
  );

  const busy = (await call("PATCH", "/guests/web1/consoles/con1", { channel: "null" })).json().error;
  expect(busy).toMatchObject({ code: "wrong_state", message: expect.stringContaining("has it open") });
  const changed = await call("PATCH", "/guests/web1/consoles/con5", { channel: "port:9001", keep: true });
  expect(changed.json()).toMatchObject({ restartNeeded: false });
  expect((changed.json() as Guest).definition.consoles).toEqual([...consoles, { name: "con5", channel: "port:9001" }]);
  const [event] = server.app.services.store.events.list({ limit: 1, type: "console.changed" });
  expect(event).toMatchObject({ data: { console: "con5", channel: "port:9001", keep: true } });
});
