import { SCREEN_MAXIMUM_COLS, SCREEN_MAXIMUM_ROWS } from "@corral/contracts";
import type { ServerChannel } from "ssh2";

/** What has the terminal: the menu, or a console. */
export interface TerminalProgram {
  input(bytes: Buffer): void;
  resized(): void;
  /** The terminal is gone, or is given to another program. */
  left(): void;
}

export interface WindowSize {
  readonly cols: number;
  readonly rows: number;
}

/** A client may claim any size; 0 means that it does not know. */
export const windowOf = ({ cols, rows }: WindowSize): WindowSize => ({
  cols: Math.min(Math.max(cols || 80, 2), SCREEN_MAXIMUM_COLS),
  rows: Math.min(Math.max(rows || 24, 1), SCREEN_MAXIMUM_ROWS),
});

/** A person's terminal at the other end of an ssh channel, and the one program that has it. */
export class SshTerminal {
  readonly #channel: ServerChannel;
  readonly #unsentBytes: () => number;
  #window: WindowSize;
  #program: TerminalProgram | null = null;
  /** Its program has the last word, and nothing comes after. */
  #isEnding = false;
  #isClosed = false;

  /** `unsentBytes`: of the connection below the channel. */
  constructor(channel: ServerChannel, window: WindowSize, unsentBytes: () => number) {
    this.#channel = channel;
    this.#window = windowOf(window);
    this.#unsentBytes = unsentBytes;
    channel.on("data", (bytes: Buffer) => this.#program?.input(bytes));
    // The person's side says nothing more: they have gone.
    channel.once("end", () => this.end(0));
    channel.once("close", () => this.#closed());
    channel.on("error", () => this.#closed());
  }

  get window(): WindowSize {
    return this.#window;
  }

  get isClosed(): boolean {
    return this.#isEnding || this.#isClosed;
  }

  /** Bytes that were written and have not gone out yet. */
  get bufferedBytes(): number {
    return this.#channel.writableLength + this.#unsentBytes();
  }

  run(program: TerminalProgram): void {
    const before = this.#program;
    this.#program = program;
    before?.left();
    if (this.isClosed) this.#giveUp();
  }

  write(data: string | Uint8Array, taken?: () => void): void {
    if (!this.#isClosed) this.#channel.write(data, () => taken?.());
  }

  /** Reads no more of what the person's side sends, or goes on. */
  holdInput(hold: boolean): void {
    if (hold) this.#channel.pause();
    else this.#channel.resume();
  }

  resize(window: WindowSize): void {
    this.#window = windowOf(window);
    this.#program?.resized();
  }

  /** The program leaves the terminal as it found it, and then the words are said. */
  end(exitCode: number, words: string | null = null): void {
    if (this.isClosed) return;
    this.#isEnding = true;
    this.#giveUp();
    if (words !== null) this.write(`\r\n${words}\r\n`);
    this.#isClosed = true;
    this.#channel.exit(exitCode);
    this.#channel.end();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#giveUp();
    this.#channel.end();
  }

  #giveUp(): void {
    const program = this.#program;
    this.#program = null;
    program?.left();
  }
}
