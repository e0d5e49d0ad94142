import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { CLOSE, type DebuggerServerFrame, type Guest } from "@corral/contracts";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";
import { TestSocket } from "../testing/testSocket.ts";
import { WholeServer, wholeHome } from "../testing/wholeServer.ts";

const ATTACH = "/guests/web1/debugger/attach";
const GDB = { type: "attach", tool: "gdb", confirm: true, cols: 80, rows: 24 } as const;
const STRACE = { ...GDB, tool: "strace", target: "kernel", syscalls: "all" } as const;
const PROMPT = /\(gdb\) $/;
/** Only ever reached by a failure. */
const PATIENCE_MS = 60_000;

const ended = (socket: TestSocket) => socket.frame<DebuggerServerFrame>(({ type }) => type === "ended");

test("debuggers are switched off unless whoever runs the server asked for them", async () => {
  const server = await TestServer.open();
  server.stock();
  const as = await server.user("ada", "admin");
  await server.call("POST", "/guests", { as, body: { name: "web1", image: "demo" } });
  expect((await server.call("GET", "/guests/web1/debugger", { as })).json()).toMatchObject({ enabled: false });
  const socket = await TestSocket.open(server, ATTACH, { as });
  socket.send(GDB);
  expect(await ended(socket)).toMatchObject({ reason: expect.stringContaining("CORRAL_DEBUGGER=1") });
  expect((await socket.closed).code).toBe(CLOSE.refused);
});

describe("on a guest that runs", () => {
  const home = wholeHome();
  let whole: WholeServer;

  const guest = async (): Promise<Guest> => (await whole.call("GET", "/guests/web1")).json();
  const until = async (condition: (now: Guest) => boolean, what: string): Promise<void> => {
    for (const deadline = Date.now() + PATIENCE_MS; !condition(await guest()); await sleep(20)) {
      if (Date.now() > deadline) throw new Error(`waited in vain for ${what}: ${JSON.stringify(await guest())}`);
    }
  };
  const open = () => TestSocket.open(whole, ATTACH, { headers: whole.headersOf() });
  const told = (type: string) =>
    whole.server.app.services.store.events.list({ limit: 100 }).filter((event) => event.type === type);

  beforeAll(async () => {
    whole = await WholeServer.start(home, { debugger: true });
    const wish = { name: "web1", image: "demo", memoryMiB: 64, restartPolicy: "never", start: true };
    await whole.call("POST", "/guests", wish);
    await until(({ state }) => state === "running", "a guest that runs");
  }, PATIENCE_MS);

  afterAll(async () => {
    await whole.end();
    rmSync(home, { recursive: true, force: true });
  });

  it.each([
    ["without saying so", { ...GDB, confirm: false }],
    ["a debugger that is none", { ...GDB, tool: "sh" }],
    ["system calls in words of one's own", { ...STRACE, syscalls: "all -o /tmp/x" }],
    ["a process by its number", { ...STRACE, target: "1" }],
    ["a window of no size", { ...GDB, cols: 0 }],
    ["keys before it is attached", null],
  ])("refuses %s, and attaches nothing", async (_, frame) => {
    const socket = await open();
    if (frame === null) socket.socket.send(Buffer.from("bt\n"));
    else socket.send(frame);
    expect((await socket.closed).code).toBe(CLOSE.badFrame);
    expect((await guest()).debugger).toBeNull();
  });

  it("gdb is in the hands of one admin, all are told who, and it goes with its page", async () => {
    const socket = await open();
    socket.send(GDB);
    await socket.frame<DebuggerServerFrame>(({ type }) => type === "attached");
    await socket.see(PROMPT);
    await until(({ debugger: held }) => held?.holds === true, "gdb to hold it");
    expect(await guest()).toMatchObject({ state: "running", debugger: { tool: "gdb", user: "ada" } });
    expect((await whole.call("POST", "/guests/web1/mconsole/stop")).json().error).toMatchObject({
      code: "wrong_state",
    });
    expect((await whole.call("GET", "/guests/web1/mconsole/version")).json().error.message).toContain("gdb of ada");

    const second = await open();
    second.send(STRACE);
    expect(await ended(second)).toMatchObject({ reason: expect.stringContaining("gdb of ada") });

    socket.send({ type: "resize", cols: 120, rows: 40 });
    socket.socket.send(Buffer.from("show width\n"));
    await socket.see(/line is 120\.\r\n/);
    socket.socket.terminate();
    await until(({ debugger: held }) => held === null, "gdb to go");
    expect((await whole.call("GET", "/guests/web1/mconsole/version")).statusCode).toBe(200);
    expect(told("guest.debugger-attached")).toMatchObject([{ actor: "ada", data: { tool: "gdb" } }]);
    expect(told("guest.debugger-detached")).toMatchObject([
      { actor: "ada", data: { tool: "gdb", reason: "Its page was closed, or lost its connection." } },
    ]);
  });

  it("another admin frees the guest of it", async () => {
    const socket = await open();
    socket.send(STRACE);
    await socket.see(/ = /);
    expect((await whole.call("DELETE", "/guests/web1/debugger")).statusCode).toBe(204);
    expect(await ended(socket)).toMatchObject({ reason: "ada detached it." });
    expect((await guest()).debugger).toBeNull();
  });
});
