import type { WebSocket } from "ws";

/** Below the minute after which common proxies drop an idle connection. */
const PING_EVERY_MS = 25_000;

/** Pings a socket until it closes, and ends it when a ping went unanswered until the next. */
export const keepAlive = (socket: WebSocket): void => {
  let answered = true;
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, PING_EVERY_MS);
  timer.unref();
  socket.on("pong", () => {
    answered = true;
  });
  socket.once("close", () => clearInterval(timer));
};
