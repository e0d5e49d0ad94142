import { rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { Console, ConsoleLog, type Viewer } from "../index.ts";
import { sourceOf } from "./ptyPair.ts";

/*
 * A server with viewers that is made to be killed: reads the pty master it inherited as descriptor 3 into the log in the
 * folder given, and serves viewers at a socket. A viewer sends lines of JSON ({since}, then {ack}) and is sent frames:
 * length (4 bytes), kind (1 byte: 0 output, 1 event as JSON), content.
 */
const [folder = "", path = ""] = process.argv.slice(2);
const log = ConsoleLog.open(folder, { budgetBytes: 64 * 1024 * 1024 });
const console = new Console({ log, name: "con0", cols: 80, rows: 24 });
console.connect(sourceOf(3));

const send = (socket: Socket, kind: number, content: Uint8Array): void => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(content.length);
  head[4] = kind;
  socket.write(Buffer.concat([head, content]));
};

const serve = (socket: Socket): void => {
  let viewer: Viewer | null = null;
  socket.on("error", () => {});
  socket.on("close", () => viewer?.detach());
  const lines = createInterface({ input: socket });
  // It passes the socket's errors on.
  lines.on("error", () => {});
  lines.on("line", (line) => {
    const { since, ack } = JSON.parse(line);
    if (ack !== undefined) viewer?.ack(ack);
    if (since === undefined) return;
    viewer = console.attach(
      {
        send: (event) => send(socket, 1, Buffer.from(JSON.stringify(event))),
        sendBytes: (bytes) => send(socket, 0, bytes),
        bufferedBytes: () => socket.writableLength,
        close: () => socket.destroy(),
      },
      { since, cols: 80, rows: 24, role: "spy", user: "ann", from: "test" },
    );
  });
};

rmSync(path, { force: true });
createServer(serve).listen(path, () => process.stdout.write("listening\n"));
