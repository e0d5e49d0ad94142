import { once } from "node:events";
import { WebSocket } from "ws";
import { ACK_EVERY_BYTES, type ServerFrame } from "../../packages/contracts/src/index.ts";
import type { RunningServer } from "../server/runningServer.ts";
import { TextWatch } from "./textWatch.ts";

/** A viewer that does what the page does, and nothing with what it is sent but look for a text. */
export class BenchViewer {
  readonly #socket: WebSocket;
  #offset = 0;
  #acked = 0;
  readonly #watch = new TextWatch();
  /** Milliseconds from asking to the first thing to paint. */
  readonly firstPaint: Promise<number>;

  constructor(server: RunningServer, guest: string, role: "writer" | "spy") {
    this.#socket = new WebSocket(`ws://127.0.0.1:${server.port}/api/v1/guests/${guest}/consoles/con0/attach`, {
      headers: server.headers,
      perMessageDeflate: false,
    });
    this.firstPaint = once(this.#socket, "open").then(() => {
      const began = performance.now();
      this.#socket.send(JSON.stringify({ type: "attach", cols: 80, rows: 24, role }));
      return new Promise<number>((resolve) => {
        this.#socket.on("message", (data: Buffer, isBinary: boolean) => {
          if (isBinary) this.#output(data);
          else if (this.#control(JSON.parse(data.toString()))) resolve(performance.now() - began);
        });
      });
    });
  }

  type(text: string): void {
    this.#socket.send(Buffer.from(text));
  }

  /** Resolves when this has been printed, from now on. */
  see(text: string): Promise<void> {
    return this.#watch.see(text);
  }

  /** Reads nothing any more, as a browser that was stopped. */
  stopReading(): void {
    this.#socket.pause();
  }

  close(): void {
    this.#socket.terminate();
  }

  #control(frame: ServerFrame): boolean {
    if (frame.type !== "hello" && frame.type !== "snapshot") return false;
    this.#offset = frame.offset;
    this.#acked = frame.offset;
    return frame.type === "snapshot";
  }

  #output(data: Buffer): void {
    this.#offset += data.length;
    if (this.#offset - this.#acked >= ACK_EVERY_BYTES) {
      this.#acked = this.#offset;
      this.#socket.send(JSON.stringify({ type: "ack", offset: this.#offset }));
    }
    this.#watch.printed(data);
  }
}
