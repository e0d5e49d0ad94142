import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { RunningServer, until } from "./runningServer.ts";

/* A real server that may open few files, with a real guest, while somebody who has no login opens what they can. */

const LIMIT = 400;
/** Real guests on a machine that may be busy: only ever reached by a failure. */
const PATIENCE_MS = 150_000;
/** Several times what the server may have open. */
const CONNECTIONS = 2_000;
/** This machine has many addresses. */
const ADDRESSES = 20;

let server: RunningServer | undefined;
const flood: Socket[] = [];
afterEach(async () => {
  for (const socket of flood.splice(0)) socket.destroy();
  await server?.end();
});

const openIdly = async (port: number, index: number): Promise<void> => {
  const socket = connect({ port, host: "127.0.0.1", localAddress: `127.0.1.${1 + (index % ADDRESSES)}` });
  socket.on("error", () => {});
  flood.push(socket);
  await Promise.race([once(socket, "connect"), once(socket, "close")]);
};

it("a flood of idle connections keeps neither people nor guests from anything, while it stands", {
  timeout: PATIENCE_MS,
}, async () => {
  server = await RunningServer.start(undefined, ["prlimit", `--nofile=${LIMIT}:${LIMIT}`]);
  const { client, port, pid } = server;
  await server.becomeAdmin();
  const image = await server.demoImage();
  const guest = await client.createGuest({ body: { name: "web1", image, memoryMiB: 64, start: true } });
  const { pid: kernel } = await server.state("web1", "running");

  for (let index = 0; index < CONNECTIONS; index += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, offset) => openIdly(port, index + offset)));
  }
  const held = flood.filter((socket) => !socket.destroyed).length;
  expect(held).toBeGreaterThan(0);
  expect(readdirSync(`/proc/${pid}/fd`).length).toBeLessThan(LIMIT * 0.75);

  // Each request comes over a connection of its own.
  const headers = { ...server.headers, connection: "close" };
  for (let round = 0; round < 20; round += 1) {
    expect((await fetch(`${server.url}/api/v1/guests/${guest.id}`, { headers })).status).toBe(200);
  }
  // What needs descriptors still gets them: a second guest, a command in it, and the end of the first.
  await client.createGuest({ body: { name: "web2", image, memoryMiB: 64, start: true } });
  await server.state("web2", "running");
  const { client: asked } = server;
  await until(async () => {
    const { link } = await asked.getGuest({ params: { id: "web2" } });
    return link === "up";
  }, "the guest link");
  const answer = await client.execInGuest({ params: { id: "web2" }, body: { command: ["true"] } });
  expect(answer.exitCode).toBe(0);
  expect((await client.getGuest({ params: { id: "web1" } })).pid).toBe(kernel);
  expect(readFileSync(`/proc/${kernel}/comm`, "utf8")).toContain("linux");
  await client.guestAction({ params: { id: "web1", action: "force-off" } });
  await server.state("web1", "stopped");
  expect(flood.filter((socket) => !socket.destroyed).length).toBeGreaterThan(0);
  expect(server.output).not.toMatch(/EMFILE|defect/);
});

/** Longer than each look at a guest, and each of the server's clocks, comes round. */
const WITHOUT_MS = 12_000;

it("while there is not one descriptor left, no guest is taken for dead, and the server goes on afterwards", {
  timeout: PATIENCE_MS,
}, async () => {
  server = await RunningServer.start();
  const { client } = server;
  await server.becomeAdmin();
  const image = await server.demoImage();
  await client.createGuest({ body: { name: "web1", image, memoryMiB: 64, start: true } });
  const { pid: kernel } = await server.state("web1", "running");
  // One that is adopted is looked at in /proc, and not as a child.
  await server.restart("SIGKILL");
  await server.state("web1", "running");

  /** Changes the soft limit alone: not everybody may raise the hard one again. */
  const limit = (files: string): void => {
    execFileSync("prlimit", [`--pid=${server?.pid}`, `--nofile=${files}:`]);
  };
  const before = /^Max open files +(\d+)/m.exec(readFileSync(`/proc/${server.pid}/limits`, "utf8"))?.[1] ?? "";
  // All numbers below it are taken.
  limit("3");
  await sleep(WITHOUT_MS);
  limit(before);
  const { state, pid } = await client.getGuest({ params: { id: "web1" } });
  expect([state, pid]).toEqual(["running", kernel]);
  await client.guestAction({ params: { id: "web1", action: "force-off" } });
  await server.state("web1", "stopped");
});
