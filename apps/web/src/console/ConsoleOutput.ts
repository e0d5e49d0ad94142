import { NEW_TERMINAL, type ServerFrame } from "@corral/contracts";
import type { Terminal } from "@xterm/xterm";
import { Acknowledgements } from "./Acknowledgements.ts";
import type { Size } from "./ConsoleStatus.ts";
import { OrderedSteps } from "./OrderedSteps.ts";

type Snapshot = Extract<ServerFrame, { type: "snapshot" }>;

export interface ConsoleOutputOptions {
  readonly screen: Pick<Terminal, "cols" | "rows" | "write" | "resize" | "reset" | "buffer">;
  /** Tells the server that all bytes before this offset were consumed. */
  readonly acknowledge: (offset: number) => void;
  /** How much of the screen has text now. Called when the output pauses. */
  readonly onFilled: (filled: number) => void;
}

/** As bytes, so that what is left of an unfinished character is forgotten; and a cursor that blinks, as ours does. */
const NEW_TERMINAL_BYTES = new TextEncoder().encode(`${NEW_TERMINAL}\u001b[?12h`);

/**
 * Feeds a terminal with what the server sends: bytes, screens, sizes and boots, each in the order in which it came, over
 * any number of connections. It counts the bytes and acknowledges what the terminal has consumed.
 */
export class ConsoleOutput {
  readonly #screen: ConsoleOutputOptions["screen"];
  readonly #onFilled: (filled: number) => void;
  readonly #acknowledgements: Acknowledgements;
  readonly #listeners = new Set<(bytes: Uint8Array) => void>();
  /** What is to be done to the terminal, in the order in which it came. */
  readonly #steps = new OrderedSteps();
  #disposed = false;

  /** Offset of the next byte from the server; undefined: nothing came yet, a snapshot is wanted. */
  #received: number | undefined;
  /** Old output is being written: what the terminal answers to it was answered, or given up on, when it was new. */
  #snapshotsUnderWay = 0;
  /** Bytes before this offset were printed before this connection was made. */
  #liveFrom = 0;
  /** The terminal has taken in all bytes before this offset. */
  #parsedTo = 0;

  constructor({ screen, acknowledge, onFilled }: ConsoleOutputOptions) {
    this.#screen = screen;
    this.#onFilled = onFilled;
    this.#acknowledgements = new Acknowledgements({ send: acknowledge, onIdle: () => this.#look() });
  }

  get received(): number | undefined {
    return this.#received;
  }

  /** The terminal is catching up with what was printed before this connection was made. */
  get isReplaying(): boolean {
    return this.#snapshotsUnderWay > 0 || this.#parsedTo < this.#liveFrom;
  }

  /** Begins afresh with the next connection. */
  forget(): void {
    this.#received = undefined;
  }

  /** Hears every byte that comes live, as it comes. */
  watch(listener: (bytes: Uint8Array) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A connection was made when the console had printed `end` bytes. The next binary byte has this offset. */
  connectedAt(offset: number, end: number): void {
    this.#liveFrom = end;
    this.startAt(offset);
  }

  /** The next binary byte has this offset. */
  startAt(offset: number): void {
    this.#received = offset;
    this.#acknowledgements.startAt(offset);
    this.#steps.add(async () => {
      await this.#parsed();
      this.#parsedTo = offset;
    });
  }

  write(bytes: Uint8Array): void {
    const from = this.#received ?? 0;
    // History ends inside this frame: the terminal must know which of its answers belong to which part.
    const history = this.#liveFrom - from;
    if (history > 0 && history < bytes.length) {
      this.#write(bytes.subarray(0, history), this.#liveFrom);
      this.#write(bytes.subarray(history), from + bytes.length);
    } else {
      this.#write(bytes, from + bytes.length);
    }
  }

  draw({ cols, rows, screen, offset }: Snapshot): void {
    this.startAt(offset);
    this.#snapshotsUnderWay++;
    this.#steps.add(async () => {
      await this.#parsed();
      this.#screen.reset();
      // Lines break where they broke; at another width the picture would be garbled.
      this.#screen.resize(cols, rows);
      this.#screen.write(screen);
      await this.#parsed();
      this.#snapshotsUnderWay--;
      this.#look();
    });
  }

  /** The terminal is a new one from here on, and shows what it showed. */
  renew(): void {
    this.#steps.add(() => this.#screen.write(NEW_TERMINAL_BYTES));
  }

  /**
   * What printed has ended, or begins anew, at `offset`. A mark that is told again later is passed over: what has been
   * printed since has set modes of its own.
   */
  renewAt(offset: number): void {
    if (offset === this.#received) this.renew();
  }

  resize({ cols, rows }: Size): void {
    this.#steps.add(async () => {
      if (this.#screen.cols === cols && this.#screen.rows === rows) return;
      await this.#parsed();
      this.#screen.resize(cols, rows);
    });
  }

  /** Calls `reached` when the terminal has taken in all that came before. */
  whenReached(reached: () => void): void {
    this.#steps.add(async () => {
      await this.#parsed();
      reached();
    });
  }

  dispose(): void {
    this.#disposed = true;
    this.#acknowledgements.dispose();
    this.#steps.dispose();
    this.#listeners.clear();
  }

  /** `end`: offset of the byte after the last. */
  #write(bytes: Uint8Array, end: number): void {
    this.#received = end;
    if (end > this.#liveFrom) for (const listener of this.#listeners) listener(bytes);
    this.#steps.add(() => {
      this.#screen.write(bytes, () => {
        if (this.#disposed) return;
        this.#parsedTo = end;
        this.#acknowledgements.consumed(end);
      });
    });
  }

  #look(): void {
    const { active } = this.#screen.buffer;
    let row = this.#screen.rows;
    while (row > 0 && (active.getLine(active.baseY + row - 1)?.translateToString(true) ?? "").trim() === "") row--;
    this.#onFilled(row / this.#screen.rows);
  }

  /** Resolves when the terminal has taken in all that was written to it. */
  #parsed(): Promise<void> {
    return new Promise((resolve) => this.#screen.write("", resolve));
  }
}
