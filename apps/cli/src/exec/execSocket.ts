import {
  CorralError,
  EXEC_FRAME_MAXIMUM_BYTES,
  EXEC_STDERR,
  EXEC_TAKEN_EVERY_BYTES,
  EXEC_WINDOW_BYTES,
  type ExecClientFrame,
  type ExecServerFrame,
  execServerFrame,
  SilenceWatch,
} from "@corral/contracts";
import { WebSocket } from "ws";
import { type Connection, unreachable } from "../connection.ts";
import { errorOfClose, errorOfResponse, HANDSHAKE_TIMEOUT_MS } from "../socketEnding.ts";

export interface ExecCall {
  readonly guest: string;
  readonly command: readonly string[];
  readonly timeoutMs: number | null;
  /** null: it has none. */
  readonly input: AsyncIterable<Uint8Array> | null;
  /** Ends the command; its exit code still comes. */
  readonly kill: AbortSignal;
  /** Resolves when it was taken: a slow reader makes the command wait. */
  readonly onOutput: (which: "stdout" | "stderr", bytes: Buffer) => Promise<void>;
}

export type ExecEnd = Omit<Extract<ExecServerFrame, { type: "exit" }>, "type">;

/** Runs one command in a guest over a WebSocket. Rejects with CorralError or CommandError. */
export const runInGuest = (connection: Connection, call: ExecCall): Promise<ExecEnd> =>
  new ExecSocket(connection, call).ended;

class ExecSocket {
  readonly ended: Promise<ExecEnd>;
  readonly #call: ExecCall;
  readonly #socket: WebSocket;
  #end: ExecEnd | Error | null = null;
  #outputTaken = 0;
  #outputTold = 0;
  /** Bytes that were sent before one of them was taken there. */
  #inputSent = 0;
  #inputTaken = 0;
  #wake: () => void = () => {};
  /** Outputs are printed in the order in which they came. */
  #printing: Promise<void> = Promise.resolve();

  constructor(connection: Connection, call: ExecCall) {
    this.#call = call;
    const { url, options } = connection.webSocket(`/guests/${encodeURIComponent(call.guest)}/exec`);
    const socket = new WebSocket(url, {
      ...options,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: EXEC_FRAME_MAXIMUM_BYTES,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    const silence = new SilenceWatch({ onDoubt: () => {}, onLost: () => socket.terminate() });
    const kill = () => this.#say({ type: "kill" });
    socket.on("open", () => {
      const { command, timeoutMs, input } = call;
      this.#say({ type: "run", command: [...command], timeoutMs, input: input !== null });
      if (call.kill.aborted) kill();
      call.kill.addEventListener("abort", kill);
      // An input that breaks off must not be taken for a whole one.
      if (input !== null) this.#give(input).catch((error: Error) => this.#giveUp(error));
    });
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      const isPulse = silence.heard(isBinary ? null : data.toString());
      if (isBinary) this.#print(data);
      else if (!isPulse) this.#hear(data);
    });

    this.ended = new Promise((resolve, reject) => {
      let reason = "the connection was lost before the command's end";
      socket.on("error", (error: NodeJS.ErrnoException) => {
        reason = error.code ?? error.message;
      });
      socket.on("unexpected-response", (request, response) => {
        void errorOfResponse(response).then((error) => {
          request.destroy();
          reject(error ?? unreachable(connection.where, `HTTP ${response.statusCode}`));
        });
      });
      socket.on("close", (code, text) => {
        silence.close();
        call.kill.removeEventListener("abort", kill);
        this.#wake();
        void this.#printing.then(() => {
          const end = this.#end;
          if (end instanceof Error) reject(end);
          else if (end !== null) resolve(end);
          else reject(errorOfClose(code, text.toString()) ?? unreachable(connection.where, reason));
        }, reject);
      });
    });
  }

  #hear(data: Buffer): void {
    const frame = frameOf(data);
    if (frame?.type === "taken") {
      this.#inputTaken = frame.bytes;
      this.#wake();
    } else if (frame?.type === "exit") {
      const { exitCode, timedOut, incomplete } = frame;
      this.#end = { exitCode, timedOut, incomplete };
    } else if (frame?.type === "error") this.#end = new CorralError(frame.code, frame.message);
  }

  #print(data: Buffer): void {
    const bytes = data.subarray(1);
    this.#printing = this.#printing.then(async () => {
      await this.#call.onOutput(data[0] === EXEC_STDERR ? "stderr" : "stdout", bytes);
      this.#outputTaken += bytes.length;
      if (this.#outputTaken - this.#outputTold < EXEC_TAKEN_EVERY_BYTES) return;
      this.#outputTold = this.#outputTaken;
      this.#say({ type: "taken", bytes: this.#outputTold });
    });
    // Who waits for the end hears of it there.
    this.#printing.catch(() => this.#socket.close());
  }

  #giveUp(error: Error): void {
    this.#end ??= error;
    this.#socket.close();
  }

  /** Sends the input, never more than the window beyond what was taken. */
  async #give(input: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const bytes of input) {
      for (let at = 0; at < bytes.length; ) {
        while (this.#isOpen && this.#inputSent - this.#inputTaken >= EXEC_WINDOW_BYTES) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
        if (!this.#isOpen) return;
        const piece = bytes.subarray(at, at + EXEC_WINDOW_BYTES - (this.#inputSent - this.#inputTaken));
        this.#socket.send(piece, { binary: true });
        this.#inputSent += piece.length;
        at += piece.length;
      }
    }
    this.#say({ type: "end" });
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  #say(frame: ExecClientFrame): void {
    if (this.#isOpen) this.#socket.send(JSON.stringify(frame));
  }
}

/** undefined: a frame of a newer server, to be passed over. */
const frameOf = (data: Buffer): ExecServerFrame | undefined => {
  try {
    return execServerFrame.safeParse(JSON.parse(data.toString())).data;
  } catch {
    return undefined;
  }
};
