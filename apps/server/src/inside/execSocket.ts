import {
  CLOSE,
  CorralError,
  EXEC_RUN_DEADLINE_MS,
  EXEC_STDERR,
  EXEC_STDOUT,
  EXEC_TAKEN_EVERY_BYTES,
  EXEC_WINDOW_BYTES,
  type ExecClientFrame,
  type ExecServerFrame,
  execClientFrame,
} from "@corral/contracts";
import type { GuestRecord } from "@corral/store";
import type { FastifyBaseLogger } from "fastify";
import type { WebSocket } from "ws";
import type { Caller } from "../people/caller.ts";
import { closeSocket } from "../sockets/closeSocket.ts";
import type { GuestCommands } from "./guestCommands.ts";

const NORMAL_CLOSURE = 1000;

interface ExecOptions {
  readonly commands: GuestCommands;
  readonly guest: GuestRecord;
  readonly caller: Caller;
  readonly log: FastifyBaseLogger;
}

type RunFrame = Extract<ExecClientFrame, { type: "run" }>;

/** Joins an open WebSocket to one command in a guest (execFrames.ts), which ends with the socket. */
export class ExecSocket {
  readonly #socket: WebSocket;
  readonly #options: ExecOptions;
  readonly #deadline: NodeJS.Timeout;
  /** Ends the command. */
  readonly #kill = new AbortController();
  #isRunning = false;
  /** Input that the guest has not asked for yet: never more than the window. */
  #input: Buffer[] = [];
  #inputReceived = 0;
  #inputTaken = 0;
  #inputEnded = false;
  #outputSent = 0;
  #outputTaken = 0;
  /** What waits for a frame of the caller's, or for the end of the socket. */
  #wake: (() => void)[] = [];

  constructor(socket: WebSocket, options: ExecOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#deadline = setTimeout(() => this.#refuse("Nothing was said to run."), EXEC_RUN_DEADLINE_MS);
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (socket.readyState !== socket.OPEN) return;
      const problem = isBinary ? this.#receiveInput(data) : this.#receive(data);
      if (problem !== null) this.#refuse(problem);
      this.#wakeAll();
    });
    socket.once("close", () => {
      clearTimeout(this.#deadline);
      this.#kill.abort();
      this.#wakeAll();
    });
  }

  /** Why it is refused, or null. */
  #receiveInput(data: Buffer): string | null {
    if (!this.#isRunning || this.#inputEnded) return "No input is taken now.";
    this.#inputReceived += data.length;
    if (this.#inputReceived - this.#inputTaken > EXEC_WINDOW_BYTES) {
      return `More than ${EXEC_WINDOW_BYTES} bytes of input came that were not asked for.`;
    }
    this.#input.push(data);
    return null;
  }

  #receive(data: Buffer): string | null {
    const frame = frameOf(data);
    if (frame === null) return "This is no frame of this socket.";
    if ((frame.type === "run") === this.#isRunning) return "The first frame is run, and only that.";
    switch (frame.type) {
      case "run":
        void this.#run(frame);
        break;
      case "end":
        this.#inputEnded = true;
        break;
      case "kill":
        this.#kill.abort();
        break;
      case "taken":
        if (frame.bytes > this.#outputSent) return "More was taken than was sent.";
        this.#outputTaken = Math.max(this.#outputTaken, frame.bytes);
        break;
    }
    return null;
  }

  async #run({ command, timeoutMs, input }: RunFrame): Promise<void> {
    const { commands, guest, caller, log } = this.#options;
    clearTimeout(this.#deadline);
    this.#isRunning = true;
    this.#inputEnded = !input;
    try {
      const { exitCode, timedOut, incomplete } = await commands.stream(
        { guest, caller },
        {
          words: command,
          timeoutMs,
          ...(input ? { input: this.#pieces() } : {}),
          onOutput: (stream, bytes) => this.#send(stream === "stdout" ? EXEC_STDOUT : EXEC_STDERR, bytes),
          signal: this.#kill.signal,
        },
      );
      this.#say({ type: "exit", exitCode, timedOut, incomplete });
    } catch (error) {
      const isExpected = error instanceof CorralError;
      if (!isExpected) log.error({ err: error }, "a command's socket failed");
      this.#say({
        type: "error",
        code: isExpected ? error.code : "internal",
        message: isExpected ? error.message : "Something went wrong in the server.",
      });
    }
    closeSocket(this.#socket, NORMAL_CLOSURE, "");
  }

  /** What was received, as it is asked for: then the caller may send as much again. */
  async *#pieces(): AsyncGenerator<Buffer> {
    let told = 0;
    for (;;) {
      while (this.#input.length === 0 && !this.#inputEnded && !this.#kill.signal.aborted) await this.#woken();
      const bytes = Buffer.concat(this.#input.splice(0));
      if (bytes.length === 0) return;
      yield bytes;
      this.#inputTaken += bytes.length;
      if (this.#inputTaken - told < EXEC_TAKEN_EVERY_BYTES && this.#input.length > 0) continue;
      told = this.#inputTaken;
      this.#say({ type: "taken", bytes: told });
    }
  }

  /** Resolves when the caller may be sent more. */
  async #send(which: number, bytes: Buffer): Promise<"more" | "enough"> {
    const { signal } = this.#kill;
    if (signal.aborted) return "enough";
    this.#outputSent += bytes.length;
    this.#socket.send(Buffer.concat([Buffer.of(which), bytes]), { binary: true });
    while (this.#outputSent - this.#outputTaken > EXEC_WINDOW_BYTES && !signal.aborted) await this.#woken();
    return signal.aborted ? "enough" : "more";
  }

  #say(frame: ExecServerFrame): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #refuse(reason: string): void {
    closeSocket(this.#socket, CLOSE.badFrame, reason);
    this.#kill.abort();
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

const frameOf = (data: Buffer): ExecClientFrame | null => {
  try {
    return execClientFrame.safeParse(JSON.parse(data.toString())).data ?? null;
  } catch {
    return null;
  }
};
