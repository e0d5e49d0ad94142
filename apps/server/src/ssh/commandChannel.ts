import { CorralError } from "@corral/contracts";
import type { ServerChannel } from "ssh2";

/** Output waits for a client that does not read when more than this is unsent. */
const UNSENT_MAXIMUM_BYTES = 1024 * 1024;
const UNSENT_POLL_MS = 50;
/** What Ctrl-C sends from a terminal. */
const CTRL_C = 3;

interface CommandChannelOptions {
  /** The client gave it a terminal (ssh -t): its own is raw then. */
  readonly hasTerminal: boolean;
  /** Bytes of the connection that have not gone out yet. */
  readonly unsentBytes: () => number;
  readonly onActivity: () => void;
}

/** The ssh channel of one command: where its words go, what is piped into it, and whether anybody is still there. */
export class CommandChannel {
  readonly #channel: ServerChannel;
  readonly #options: CommandChannelOptions;
  readonly #gone = new AbortController();

  constructor(channel: ServerChannel, options: CommandChannelOptions) {
    this.#channel = channel;
    this.#options = options;
    channel.on("error", () => {});
    channel.once("close", () => this.#gone.abort());
    // No key of a terminal is input, but one has to be able to leave.
    if (options.hasTerminal) {
      channel.on("data", (keys: Buffer) => {
        options.onActivity();
        if (keys.includes(CTRL_C)) this.#gone.abort();
      });
    }
  }

  /** Is aborted when the person has gone, or wants no more. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Whoever sent it has sent a signal: nothing more is wanted. */
  interrupt(): void {
    this.#gone.abort();
  }

  /** Resolves when there is room for more. Rejects with CorralError `cancelled` when nobody is there. */
  async write(data: string | Uint8Array): Promise<void> {
    this.#send(this.#channel, data);
    await this.#room();
  }

  async writeError(data: string | Uint8Array): Promise<void> {
    this.#send(this.#channel.stderr, data);
    await this.#room();
  }

  /** A few words: nobody waits until they have gone out. */
  error(text: string): void {
    this.#send(this.#channel.stderr, text);
  }

  /** What is piped into the command; from a terminal nothing. */
  async *input(): AsyncGenerator<Buffer> {
    if (this.#options.hasTerminal) return;
    // The channel is still needed when nobody wants its input any more.
    for await (const bytes of this.#channel.iterator({ destroyOnReturn: false })) {
      this.#options.onActivity();
      yield bytes as Buffer;
    }
  }

  end(exitCode: number): void {
    // A channel whose input nobody has read does not close.
    this.#channel.resume();
    this.#channel.exit(exitCode);
    this.#channel.end();
  }

  #send(stream: NodeJS.WritableStream, data: string | Uint8Array): void {
    if (this.signal.aborted || data.length === 0) return;
    this.#options.onActivity();
    stream.write(this.#options.hasTerminal ? withCarriageReturns(data) : data);
  }

  async #room(): Promise<void> {
    const hasRoom = () =>
      this.signal.aborted || this.#channel.writableLength + this.#options.unsentBytes() < UNSENT_MAXIMUM_BYTES;
    while (!hasRoom()) await new Promise((resolve) => setTimeout(resolve, UNSENT_POLL_MS).unref());
    if (this.signal.aborted) throw new CorralError("cancelled", "The connection has ended.");
  }
}

/** A line feed alone does not begin a line on a raw terminal. */
const withCarriageReturns = (data: string | Uint8Array): string | Uint8Array =>
  typeof data === "string"
    ? data.replace(/\r?\n/g, "\r\n")
    : Buffer.from(Buffer.from(data).toString("latin1").replace(/\r?\n/g, "\r\n"), "latin1");
