import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { API_PREFIX } from "@corral/contracts";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { Login } from "./testServer.ts";

/** Waits of this length are only ever reached by a failure. */
const PATIENCE_MS = 40_000;

export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** A real WebSocket to a server that really listens, with all that came over it. */
export class TestSocket {
  readonly socket: WebSocket;
  /** JSON frames as they came. */
  readonly frames: unknown[] = [];
  bytes: Buffer = Buffer.alloc(0);
  readonly closed: Promise<Closing>;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.bytes = Buffer.concat([this.bytes, data]);
      else this.frames.push(JSON.parse(data.toString()));
    });
    this.closed = new Promise((resolve) => {
      socket.once("close", (code: number, reason: Buffer) => resolve({ code, reason: reason.toString() }));
    });
    onTestFinished(() => socket.terminate());
  }

  /** Opens a socket as the page does. Rejects when the server refuses the upgrade. */
  static async open(
    server: { listen(): Promise<number> },
    path: string,
    { as, headers = {} }: { as?: Login; headers?: Record<string, string> } = {},
  ): Promise<TestSocket> {
    const port = await server.listen();
    const origin = `http://127.0.0.1:${port}`;
    // The cookie's name carries the port: see sessionCookie.ts.
    const cookie = as?.cookie.replace(/^corral-\d+/, `corral-${port}`);
    const socket = new WebSocket(`${origin.replace("http", "ws")}${API_PREFIX}${path}`, {
      headers: { origin, ...(cookie === undefined ? {} : { cookie }), ...headers },
    });
    const opened = new TestSocket(socket);
    await once(socket, "open");
    return opened;
  }

  send(frame: unknown): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** Waits for a frame that came or comes. */
  async frame<T extends { type: string }>(wanted: (frame: T) => boolean): Promise<T> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(2)) {
      const found = (this.frames as T[]).find(wanted);
      if (found !== undefined) return found;
      this.#giveUp(deadline, `${wanted}`);
    }
  }

  /** Waits until such text has come, and returns all of it. */
  async see(pattern: RegExp): Promise<string> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(2)) {
      const text = this.bytes.toString();
      if (pattern.test(text)) return text;
      this.#giveUp(deadline, `${pattern}`);
    }
  }

  #giveUp(deadline: number, what: string): void {
    const isClosed = this.socket.readyState === WebSocket.CLOSED;
    if (!isClosed && Date.now() < deadline) return;
    const seen = `${JSON.stringify(this.frames).slice(-2_000)}\n${this.bytes.toString().slice(-2_000)}`;
    throw new Error(`${isClosed ? "closed before" : "waited in vain for"} ${what}; seen:\n${seen}`);
  }
}
