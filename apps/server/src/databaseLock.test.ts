import { rmSync } from "node:fs";
import type { CorralEvent, Guest, ServerFrame } from "@corral/contracts";
import { pino } from "pino";
import { expect, onTestFinished, test, vi } from "vitest";
import { supervisorTools } from "./library/supervisorTools.ts";
import { startServer } from "./server.ts";
import { HeldDatabase } from "./testing/heldDatabase.ts";
import { testSettings } from "./testing/testSettings.ts";
import { TestSocket } from "./testing/testSocket.ts";
import { WholeServer, wholeHome } from "./testing/wholeServer.ts";

/* Another process holds the database of a server with a running guest. */

const ROUNDS = 10;
/**
 * How many times as long the same work may take while the database is held. It takes as long as without; a server that
 * waits for the lock takes thousands of times as long.
 */
const AS_LONG_AT_MOST = 20;
/** Reached by a failure only. */
const PATIENCE = { timeout: 60_000, interval: 20 };

const running = async () => {
  const home = wholeHome();
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const whole = await WholeServer.start(home);
  const made = await whole.call("POST", "/guests", { name: "web1", image: "demo", memoryMiB: 64, start: true });
  expect(made.statusCode).toBe(201);
  const attach = async () => {
    const socket = await TestSocket.open(whole, "/guests/web1/consoles/con0/attach", { headers: whole.headersOf() });
    socket.send({ type: "attach", cols: 80, rows: 24 });
    await socket.frame<ServerFrame>(({ type }) => type === "hello");
    return socket;
  };
  const console = await attach();
  await console.see(/web1:~# /);
  return { home, whole, attach, console };
};

const milliseconds = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

test("nothing but what has to be stored waits for who holds the database, and then every event is there", async () => {
  const { home, whole, attach, console } = await running();
  onTestFinished(() => whole.end());
  const patch = () => whole.call("PATCH", "/guests/web1", { description: `at ${performance.now()}` });
  let echoes = 0;
  /** What people do all the time, beside somebody who wants to change something. */
  const everyday = async (changes: ReturnType<typeof patch>[]) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      changes.push(patch());
      echoes += 1;
      console.socket.send(Buffer.from(`echo ${echoes}-$((40+2))\n`));
      await console.see(new RegExp(`^${echoes}-42`, "m"));
      (await attach()).socket.close();
      expect((await whole.call("GET", "/health")).json().ok).toBe(true);
      expect((await whole.call("GET", "/guests/web1")).statusCode).toBe(200);
    }
  };
  const free: ReturnType<typeof patch>[] = [];
  const freeMs = await milliseconds(() => everyday(free));
  expect((await Promise.all(free)).map(({ statusCode }) => statusCode)).toEqual(free.map(() => 200));
  const before: Guest = (await whole.call("GET", "/guests/web1")).json();

  const holder = await HeldDatabase.hold(home);
  const refused: ReturnType<typeof patch>[] = [];
  const heldMs = await milliseconds(() => everyday(refused));
  expect(heldMs).toBeLessThan(AS_LONG_AT_MOST * freeMs);
  for (const answer of await Promise.all(refused)) {
    expect(answer.json().error).toMatchObject({
      code: "database_locked",
      message: expect.stringContaining(`held by python3 (process ${holder.pid})`),
    });
    expect(answer.statusCode).toBe(503);
  }
  const { definition }: Guest = (await whole.call("GET", "/guests/web1")).json();
  expect(definition).toEqual(before.definition);
  expect((await whole.call("POST", "/guests/web1/actions/pause")).statusCode).toBe(202);
  expect((await whole.call("POST", "/guests/web1/actions/resume")).statusCode).toBe(202);
  const beforeEnd = new Date().toISOString();
  await holder.letGo();

  expect((await patch()).statusCode).toBe(200);
  const events = async (): Promise<CorralEvent[]> =>
    (await whole.call("GET", "/events?guest=web1&limit=500")).json().items;
  await vi.waitFor(async () => {
    const all = await events();
    const ofType = (wanted: string) => all.filter(({ type }) => type === wanted);
    expect(ofType("console.attached")).toHaveLength(2 * ROUNDS + 1);
    expect(ofType("console.detached")).toHaveLength(2 * ROUNDS);
    expect(ofType("guest.changed")).toHaveLength(ROUNDS + 1);
    const resumed = all.find(({ data }) => data.action === "resume");
    expect(resumed?.at && resumed.at < beforeEnd).toBe(true);
  }, PATIENCE);
  const ordered = await events();
  expect(ordered.map(({ at }) => at)).toEqual([...ordered.map(({ at }) => at)].sort().reverse());
}, 120_000);

test("a server that has to stop meanwhile keeps its events for the next, which takes guests over at once", async () => {
  const { home, whole } = await running();
  const holder = await HeldDatabase.hold(home);
  expect((await whole.call("POST", "/guests/web1/actions/pause")).statusCode).toBe(202);
  expect((await whole.call("POST", "/guests/web1/actions/resume")).statusCode).toBe(202);
  await whole.server.close({ stopGuests: false });

  const settings = testSettings(home);
  const log = pino({ level: "warn" });
  const next = await startServer({ settings, log, tools: supervisorTools(home), pageFolder: home });
  onTestFinished(async () => {
    const { runFolder } = next.app.services.supervisor;
    await next.close({ stopGuests: true });
    rmSync(runFolder, { recursive: true, force: true });
  });
  expect(next.adopted).toBe(1);
  await holder.letGo();
  await vi.waitFor(() => {
    const types = next.app.services.store.events.list({ limit: 50 }).map(({ type, data }) => [type, data.action]);
    expect(types).toEqual(
      expect.arrayContaining([
        ["server.started", undefined],
        ["server.stopped", undefined],
        ["guest.action", "resume"],
        ["guest.action", "pause"],
      ]),
    );
  }, PATIENCE);
}, 120_000);
