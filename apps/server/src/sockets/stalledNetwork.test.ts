import type { ServerFrame } from "@corral/contracts";
import { expect, onTestFinished, test } from "vitest";
import { PausingProxy } from "../testing/pausingProxy.ts";
import { type Login, TestServer } from "../testing/testServer.ts";
import { TestSocket } from "../testing/testSocket.ts";

const CON0 = "/guests/web1/consoles/con0/attach";
/** Longer than what is taken for a hiccup, and shorter than what ends a connection. */
const STALL_MS = 6_500;
const HELD_UP = /held up on the way/;

const opened = async () => {
  const server = await TestServer.open();
  server.stock();
  const as = await server.user("ulf", "user");
  await server.call("POST", "/guests", { as, body: { name: "web1", image: "demo" } });
  const port = await server.listen();
  const proxy = await PausingProxy.before(port);
  onTestFinished(() => proxy.close());
  const attach = async (by: { listen(): Promise<number> }, login: Login = as) => {
    const origin = `http://127.0.0.1:${port}`;
    const cookie = login.cookie.replace(/^corral-\d+/, `corral-${port}`);
    const headers = { origin, cookie, host: `127.0.0.1:${port}` };
    const socket = await TestSocket.open(by, CON0, { headers });
    socket.send({ type: "attach", cols: 80, rows: 24 });
    await socket.frame<ServerFrame>(({ type }) => type === "hello");
    return socket;
  };
  return { server, proxy, attach, through: { listen: async () => proxy.port } };
};

const warning = (socket: TestSocket, words: RegExp) =>
  socket.frame<ServerFrame>((frame) => frame.type === "warning" && words.test(frame.message));
const pulses = (socket: TestSocket) => (socket.frames as { type: string }[]).filter(({ type }) => type === "pulse");
const typedBytes = (socket: TestSocket) =>
  (socket.frames as ServerFrame[]).findLast((frame) => frame.type === "typed")?.bytes;

test("what was typed while the network stood still is not typed late, and its writer is told", async () => {
  const { proxy, attach, through } = await opened();
  const socket = await attach(through);
  await socket.frame(({ type }) => type === "pulse");
  socket.socket.send(Buffer.from("a"));
  // It comes to the guest, which is off: that is another warning.
  await warning(socket, /not running/);

  proxy.pause();
  socket.socket.send(Buffer.from("rm -r x\r"));
  await new Promise((resolve) => setTimeout(resolve, STALL_MS));
  proxy.resume();
  const { message } = (await warning(socket, HELD_UP)) as { message: string };
  expect(message).toMatch(/^8 characters that you typed were held up/);
  await expect.poll(() => typedBytes(socket)).toBe(9);

  // When the network is known to be good again, all is as before.
  const seen = pulses(socket).length;
  await expect.poll(() => pulses(socket).length, { timeout: 20_000 }).toBeGreaterThan(seen);
  const warnings = () => (socket.frames as ServerFrame[]).filter((frame) => frame.type === "warning").length;
  const before = warnings();
  socket.socket.send(Buffer.from("b"));
  await expect.poll(() => typedBytes(socket)).toBe(10);
  expect(warnings()).toBe(before);
});

test("a viewer behind a dead network is let go, and the next in line may type", async () => {
  const { proxy, attach, through, server } = await opened();
  const dead = await attach(through);
  const waiting = await attach({ listen: () => server.listen() });
  expect(waiting.frames).toContainEqual(expect.objectContaining({ type: "hello", role: "spy" }));
  proxy.pause();
  dead.socket.send(Buffer.from("late"));
  await waiting.frame<ServerFrame>((frame) => frame.type === "role" && frame.role === "writer");
  proxy.resume();
  await dead.closed;
  const left = server.store.events.list({ limit: 10 }).find(({ type }) => type === "console.detached");
  expect(left?.data).toMatchObject({ typedBytes: 0 });
});
