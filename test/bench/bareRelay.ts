import { writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { WebSocketServer } from "ws";

/*
 * The least that a web console in Node can be: a pty (descriptor 3) on one side, a WebSocket on the other, and nothing
 * between them. Tells its port on stdout.
 */

const PTY = 3;

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false }, () => {
  process.stdout.write(`${(server.address() as { port: number }).port}\n`);
});
const pty = new ReadStream(PTY);
server.on("connection", (socket) => {
  socket.on("message", (data: Buffer) => writeSync(PTY, data));
  pty.on("data", (chunk: Buffer) => socket.send(chunk));
});
// The guest has ended; whoever started this ends it too.
pty.on("error", () => pty.destroy());
