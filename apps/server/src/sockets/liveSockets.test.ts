import { CLOSE, LOST_AFTER_PULSES, PULSE_EVERY_MS } from "@corral/contracts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TestServer } from "../testing/testServer.ts";
import { TestSocket } from "../testing/testSocket.ts";

// Only the clock that watches sockets is held: the sockets themselves are real, and so is their time.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const HALF_A_MINUTE_MS = 30_000;

const opened = async () => {
  const server = await TestServer.open();
  const as = await server.user("ada", "admin");
  const socket = await TestSocket.open(server, "/events", { as });
  await socket.frame(({ type }) => type === "ready");
  return { server, socket, sessionId: server.services.sessions.identify(as.cookie.split("=")[1] ?? "")?.id ?? "" };
};

test("a peer that answers stays, one that has died is cut off", async () => {
  const { server, socket } = await opened();
  for (let n = 0; n < 2 * LOST_AFTER_PULSES; n += 1) {
    const pinged = new Promise((resolve) => socket.socket.once("ping", resolve));
    vi.advanceTimersByTime(PULSE_EVERY_MS);
    await pinged;
    // The pong is under way: give it the time to come.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(server.services.sockets.size).toBe(1);

  socket.socket.pause();
  vi.advanceTimersByTime((LOST_AFTER_PULSES + 1) * PULSE_EVERY_MS);
  while (server.services.sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
});

test("a login that ended elsewhere ends its sockets", async () => {
  const { server, socket, sessionId } = await opened();
  server.services.sessions.close(sessionId);
  for (let passed = 0; passed < HALF_A_MINUTE_MS; passed += PULSE_EVERY_MS) {
    vi.advanceTimersByTime(PULSE_EVERY_MS);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await socket.closed).toMatchObject({ code: CLOSE.notLoggedIn });
});
