import {
  ATTACH_DEADLINE_MS,
  CLOSE,
  CorralError,
  DEBUGGER_UNSENT_MAXIMUM_BYTES,
  type DebuggerClientFrame,
  type DebuggerServerFrame,
  debuggerClientFrame,
} from "@corral/contracts";
import type { GuestRecord } from "@corral/store";
import type { DebugSession } from "@corral/supervisor";
import type { FastifyBaseLogger } from "fastify";
import type { WebSocket } from "ws";
import type { Caller } from "../people/caller.ts";
import { closeSocket } from "../sockets/closeSocket.ts";
import type { Debuggers } from "./debuggers.ts";

const NORMAL = 1000;
const INTERNAL_ERROR = 1011;

interface Options {
  readonly debuggers: Debuggers;
  readonly guest: GuestRecord;
  readonly caller: Caller;
  readonly log: FastifyBaseLogger;
}

/** Joins an open WebSocket to a debugger, which is attached by the first frame and detached when the socket closes. */
export const attachDebugger = (socket: WebSocket, options: Options): void => {
  new Attachment(socket, options);
};

class Attachment {
  readonly #socket: WebSocket;
  readonly #options: Options;
  readonly #deadline: NodeJS.Timeout;
  #session: Promise<DebugSession> | null = null;
  #leftOut = 0;

  constructor(socket: WebSocket, options: Options) {
    this.#socket = socket;
    this.#options = options;
    this.#deadline = setTimeout(() => {
      closeSocket(socket, CLOSE.attachTimeout, `No attach frame came within ${ATTACH_DEADLINE_MS / 1000} s.`);
    }, ATTACH_DEADLINE_MS);
    socket.on("message", (data: Buffer, isBinary: boolean) => void this.#receive(data, isBinary));
    socket.once("close", () => this.#leave());
  }

  async #receive(data: Buffer, isBinary: boolean): Promise<void> {
    try {
      if (isBinary) (await this.#attached()).write(data);
      else await this.#obey(parseFrame(data));
    } catch (error) {
      this.#refuse(error);
    }
  }

  async #obey(frame: DebuggerClientFrame): Promise<void> {
    if (frame.type === "resize") {
      (await this.#attached()).resize(frame.cols, frame.rows);
      return;
    }
    if (this.#session !== null) throw badFrame("This socket has a debugger already.");
    clearTimeout(this.#deadline);
    const { debuggers, guest, caller } = this.#options;
    this.#session = debuggers.attach({ guest, caller }, frame, {
      onOutput: (bytes) => this.#output(bytes),
      onEnded: (reason) => {
        this.#send({ type: "ended", reason });
        closeSocket(this.#socket, NORMAL, "The debugger is detached.");
      },
    });
    await this.#session;
    this.#send({ type: "attached" });
  }

  #attached(): Promise<DebugSession> {
    if (this.#session === null) throw badFrame("The first frame must be attach.");
    return this.#session;
  }

  /** What a page does not read in time is left out: behind a full terminal the debugger would wait, and the guest too. */
  #output(bytes: Uint8Array): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > DEBUGGER_UNSENT_MAXIMUM_BYTES) {
      this.#leftOut += bytes.length;
      return;
    }
    if (this.#leftOut > 0) this.#send({ type: "left-out", bytes: this.#leftOut });
    this.#leftOut = 0;
    this.#socket.send(bytes, { binary: true });
  }

  #send(frame: DebuggerServerFrame): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #refuse(error: unknown): void {
    if (error instanceof CorralError) {
      // A reason of more than a closing frame holds has a frame of its own.
      this.#send({ type: "ended", reason: error.message });
      closeSocket(this.#socket, CLOSE_OF[error.code] ?? CLOSE.refused, error.message);
      return;
    }
    this.#options.log.error({ err: error }, "a debugger's socket failed");
    closeSocket(this.#socket, INTERNAL_ERROR, "Something went wrong in the server.");
  }

  #leave(): void {
    clearTimeout(this.#deadline);
    // One that is still being attached is detached as soon as it is. What it says of it was told already.
    this.#session?.then((session) => session.end("Its page was closed, or lost its connection.")).catch(() => {});
  }
}

const badFrame = (reason: string): CorralError => new CorralError("invalid_request", reason);

const parseFrame = (data: Buffer): DebuggerClientFrame => {
  let json: unknown;
  try {
    json = JSON.parse(data.toString());
  } catch {
    throw badFrame("A text frame must be JSON.");
  }
  const parsed = debuggerClientFrame.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badFrame(`${issue?.path.join(".") || "type"}: ${issue?.message ?? "is not known"}`);
};

const CLOSE_OF: Partial<Record<CorralError["code"], number>> = {
  invalid_request: CLOSE.badFrame,
  not_found: CLOSE.notFound,
  in_use: CLOSE.tooManyViewers,
};
