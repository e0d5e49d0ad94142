import { setTimeout as sleep } from "node:timers/promises";
import {
  ACK_EVERY_BYTES,
  CLIENT_FRAME_MAXIMUM_BYTES,
  type ClientFrame,
  type CorralError,
  type ServerFrame,
  SilenceWatch,
  serverFrame,
  type WantedRole,
} from "@corral/contracts";
import { WebSocket } from "ws";
import { type Connection, unreachable } from "../connection.ts";
import { EXIT, type ExitCode } from "../exitCodes.ts";
import { errorOfClose, errorOfResponse, HANDSHAKE_TIMEOUT_MS } from "../socketEnding.ts";

/** Waits between attempts after a lost connection; the wait doubles up to the longest. */
const RECONNECT_FIRST_MS = 250;
const RECONNECT_LONGEST_MS = 5000;
/** How long leaving waits for the server's goodbye. */
const CLOSE_TIMEOUT_MS = 500;
/** Largest frame taken from the server: a snapshot of the largest screen in full colour. */
const SERVER_FRAME_MAXIMUM_BYTES = 16 * 1024 * 1024;

/** Typed bytes that may wait here; what is more waits in the person's terminal. */
const TYPED_MAXIMUM_BYTES = 1024 * 1024;
/** Ctrl-C, Ctrl-D, Ctrl-Z, Ctrl-\ */
const STOPS: ReadonlySet<number> = new Set([0x03, 0x04, 0x1a, 0x1c]);

export interface WindowSize {
  readonly cols: number;
  readonly rows: number;
}

/** Who shows what comes over the socket. */
export interface ConsoleView {
  windowSize(): WindowSize;
  /** Shows bytes of the console; calls back when they were taken, so that a slow terminal is not flooded. */
  write(bytes: Uint8Array, taken: () => void): void;
  /** Everything but the bytes themselves. `again`: the first frame after a lost connection. */
  frame(frame: ServerFrame, again: boolean): void;
  /** The guest begins to boot, or has ended: nothing that its programs have set counts any more. */
  renewed(): void;
  connectionLost(): void;
  /** Says something to the person. */
  notice(words: string): void;
  /** So many bytes were typed that are not known to have arrived, and are not sent again. Told before what follows it. */
  unsent(bytes: number): void;
}

type Ending = { readonly kind: "lost"; readonly reason: string } | { readonly kind: "final"; readonly error: Error };

/**
 * A viewer of one console (docs/console-protocol.md) that attaches again after a lost connection and goes on with the
 * byte that it has not seen.
 */
export class ConsoleSocket {
  readonly #connection: Connection;
  readonly #path: string;
  readonly #view: ConsoleView;
  readonly #wantedRole: WantedRole;
  readonly #left = new AbortController();
  #socket: WebSocket | undefined;
  /** Offset of the next byte; undefined until the first attach. */
  #offset: number | undefined;
  #acknowledged = 0;
  /** What was typed and has not been sent, since the guest takes no more at the moment. */
  #typed: Uint8Array[] = [];
  #typedBytes = 0;
  #onRoom: (() => void)[] = [];
  /** Of this connection: bytes that may be under way, were sent, and went to the guest. */
  #inputWindow: number | undefined;
  #sentInput = 0;
  #passedInput = 0;
  /** Bytes of it that the server has said that they came; null where it does not say. */
  #arrived: number | null = null;
  /** Bytes typed since the last connection that could not be sent. */
  #refused = 0;
  #isDoubtful = false;
  /** Whether the server said hello on the current connection. */
  #greeted = false;

  constructor(connection: Connection, path: string, view: ConsoleView, role: WantedRole) {
    this.#connection = connection;
    this.#path = path;
    this.#view = view;
    this.#wantedRole = role;
  }

  /** Resolves when `leave` was called. Rejects with a CorralError or CommandError when the console cannot be had. */
  async run(): Promise<ExitCode> {
    for (let wait = RECONNECT_FIRST_MS; ; wait = Math.min(wait * 2, RECONNECT_LONGEST_MS)) {
      this.#greeted = false;
      const ending = await this.#attachOnce();
      if (this.#left.signal.aborted) return EXIT.ok;
      if (ending.kind === "final") throw ending.error;
      if (this.#offset === undefined) throw unreachable(this.#connection.where, ending.reason);
      if (this.#greeted) wait = RECONNECT_FIRST_MS;
      this.#tellUnsent();
      this.#forgetTyped();
      this.#view.connectionLost();
      await sleep(wait, undefined, { signal: this.#left.signal }).catch(() => undefined);
      if (this.#left.signal.aborted) return EXIT.ok;
    }
  }

  /**
   * Sends what is typed, as quickly as the guest takes it. Resolves when more may be typed. Ctrl-C and the like drop what
   * still waits here; what is typed while there is no connection is dropped too.
   */
  async type(bytes: Uint8Array): Promise<void> {
    if (this.#isDoubtful || !this.#greeted || this.#socket?.readyState !== WebSocket.OPEN) {
      this.#refused += bytes.length;
      return;
    }
    if (bytes.length === 1 && STOPS.has(bytes[0] as number)) this.#dropTyped();
    this.#typed.push(bytes);
    this.#typedBytes += bytes.length;
    this.#sendTyped();
    if (this.#typedBytes > TYPED_MAXIMUM_BYTES) await new Promise<void>((resolve) => this.#onRoom.push(resolve));
  }

  #dropTyped(): void {
    if (this.#typedBytes > 0) this.#view.notice(`Stopped: ${this.#typedBytes} bytes were not sent.`);
    this.#forgetTyped();
  }

  #forgetTyped(): void {
    this.#typed = [];
    this.#typedBytes = 0;
    for (const resolve of this.#onRoom.splice(0)) resolve();
  }

  #sendTyped(): void {
    if (!this.#greeted) {
      this.#forgetTyped();
      return;
    }
    if (this.#isDoubtful) return;
    for (let [first] = this.#typed; first !== undefined; [first] = this.#typed) {
      // A server that tells of no window holds on to the connection instead.
      const room = Math.min(
        (this.#inputWindow ?? Number.POSITIVE_INFINITY) - this.#underWay,
        CLIENT_FRAME_MAXIMUM_BYTES,
      );
      if (room <= 0) break;
      const piece = first.subarray(0, room);
      if (piece.length === first.length) this.#typed.shift();
      else this.#typed[0] = first.subarray(piece.length);
      this.#typedBytes -= piece.length;
      this.#sentInput += piece.length;
      void this.#sendRaw(piece);
    }
    if (this.#typedBytes <= TYPED_MAXIMUM_BYTES / 2) for (const resolve of this.#onRoom.splice(0)) resolve();
  }

  get #underWay(): number {
    return this.#sentInput - this.#passedInput;
  }

  send(frame: ClientFrame): void {
    void this.#sendRaw(JSON.stringify(frame));
  }

  leave(): void {
    this.#left.abort();
    const socket = this.#socket;
    socket?.close(1000);
    // A dead network would never answer.
    const timer = setTimeout(() => socket?.terminate(), CLOSE_TIMEOUT_MS);
    socket?.once("close", () => clearTimeout(timer));
  }

  #tellUnsent(): void {
    const underWay = this.#arrived === null ? 0 : this.#sentInput - this.#arrived;
    const unsent = this.#refused + this.#typedBytes + underWay;
    this.#refused = 0;
    this.#arrived = null;
    if (unsent > 0) this.#view.unsent(unsent);
  }

  #sendRaw(data: Uint8Array | string): Promise<void> {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return Promise.resolve();
    // A failure to send is also the connection's end, which is dealt with there.
    return new Promise((resolve) => socket.send(data, () => resolve()));
  }

  #attachOnce(): Promise<Ending> {
    const { url, options } = this.#connection.webSocket(this.#path);
    const socket = new WebSocket(url, {
      ...options,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: SERVER_FRAME_MAXIMUM_BYTES,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    let again = this.#offset !== undefined;
    const silence = new SilenceWatch({
      onDoubt: (isDoubtful) => {
        this.#isDoubtful = isDoubtful;
        this.#sendTyped();
      },
      // A closing would wait for an answer.
      onLost: () => socket.terminate(),
    });

    socket.on("open", () => {
      const since = this.#offset === undefined ? {} : { since: this.#offset };
      this.send({ type: "attach", role: this.#wantedRole, ...since, ...this.#view.windowSize() });
    });
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (silence.heard(isBinary ? null : data.toString())) return;
      if (isBinary) {
        this.#bytes(data);
        return;
      }
      const frame = frameOf(data);
      if (frame === undefined) return;
      if (frame.type === "hello") {
        this.#greeted = true;
        this.#tellUnsent();
        this.#inputWindow = frame.inputWindow;
        this.#sentInput = 0;
        this.#passedInput = 0;
        this.#arrived = frame.acknowledges ? 0 : null;
      }
      if (frame.type === "typed") this.#arrived = frame.bytes;
      if (frame.type === "input") {
        this.#passedInput = frame.passed;
        this.#sendTyped();
      }
      if (frame.type === "hello" || frame.type === "snapshot") this.#goOnAt(frame.offset);
      // One that is told again later is passed over: what has been printed since has set modes of its own.
      if ((frame.type === "boot" || frame.type === "off") && frame.offset === this.#offset) this.#view.renewed();
      this.#view.frame(frame, again);
      again = false;
    });

    return new Promise((resolve) => {
      let reason = "closed";
      socket.on("error", (error: NodeJS.ErrnoException) => {
        reason = error.code ?? error.message;
      });
      socket.on("unexpected-response", (request, response) => {
        void errorOfResponse(response).then((error) => {
          request.destroy();
          resolve(endingOf(error, response.statusCode));
        });
      });
      socket.on("close", (code, text) => {
        silence.close();
        this.#isDoubtful = false;
        const error = errorOfClose(code, text.toString());
        resolve(error === undefined ? { kind: "lost", reason } : { kind: "final", error });
      });
    });
  }

  #goOnAt(offset: number): void {
    this.#offset = offset;
    this.#acknowledged = offset;
  }

  #bytes(bytes: Uint8Array): void {
    const end = (this.#offset ?? 0) + bytes.length;
    this.#offset = end;
    const socket = this.#socket;
    this.#view.write(bytes, () => {
      if (socket !== this.#socket || end - this.#acknowledged < ACK_EVERY_BYTES) return;
      this.#acknowledged = end;
      this.send({ type: "ack", offset: end });
    });
  }
}

/** undefined: a frame of a newer server, to be passed over. */
const frameOf = (data: Buffer): ServerFrame | undefined => {
  try {
    return serverFrame.safeParse(JSON.parse(data.toString())).data;
  } catch {
    return undefined;
  }
};

const endingOf = (error: CorralError | undefined, status: number | undefined): Ending => {
  if (error === undefined) return { kind: "lost", reason: `HTTP ${status}` };
  const passes = error.code === "internal" || error.code === "too_many_requests";
  return passes ? { kind: "lost", reason: error.message } : { kind: "final", error };
};
