import type { LinkStream } from "./frames.ts";
import type { RunFrame } from "./linkLine.ts";

/** What the script sends before it asks whether to go on. */
export const OUTPUT_PIECE_BYTES = 32 * 1024;
/** A piece's last frame may go beyond it by so much. */
const FRAME_BYTES = 540;
/** How long after a command's end what it has begun in the background, and holds its output open, is listened to. */
const OUTPUT_GRACE_MS = 2_000;
/** What of each output may come after the command's end: what its pipe and a piece hold, and some more. */
const OUTPUT_AFTER_END_BYTES = 128 * 1024;
/** Pieces of input that a guest holds in memory until the command reads them. */
const INPUT_PIECES_MAXIMUM = 4;

/** Whether more of an output is wanted; the rest is thrown away in the guest. */
export type Wish = "more" | "enough";
/** Takes what a command prints. No more of that output is fetched from the guest before it resolves. */
export type TakeOutput = (stream: LinkStream, bytes: Buffer) => Wish | Promise<Wish>;

interface Output {
  pieces: Buffer[];
  /** Of the piece that is coming. */
  bytes: number;
  afterEnd: number;
  /** What comes next was read from the command's pipe after its end. */
  isReadAfterEnd: boolean;
  isTaking: boolean;
  ended: boolean;
}

const output = (): Output => ({
  pieces: [],
  bytes: 0,
  afterEnd: 0,
  isReadAfterEnd: false,
  isTaking: false,
  ended: false,
});

export interface LinkRunListeners {
  readonly take: TakeOutput;
  /** Tells the guest whether to go on. */
  readonly answer: (stream: LinkStream, wish: Wish) => void;
}

/**
 * One command in the guest, as its frames tell of it: nothing that the guest sends makes it hold more than a piece of each
 * output.
 */
export class LinkRun {
  /** Resolves when the command has ended and its output was taken. Rejects when its end will not be known. */
  readonly ended: Promise<void>;
  readonly #listeners: LinkRunListeners;
  readonly #outputs: Record<LinkStream, Output> = { stdout: output(), stderr: output() };
  #exitCode: number | null = null;
  #exitAt = 0;
  #settle: () => void = () => {};
  #fail: (error: unknown) => void = () => {};
  #isOver = false;
  #grace: NodeJS.Timeout | null = null;
  #inputPieces = 0;
  readonly #room = new Set<() => void>();

  constructor(listeners: LinkRunListeners) {
    this.#listeners = listeners;
    this.ended = new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    });
    this.ended.catch(() => {});
  }

  /** null until it was reported. */
  get exitCode(): number | null {
    return this.#exitCode;
  }
  /** An output may still come: something that the command has begun holds it open. */
  get isHeldOpen(): boolean {
    return !this.#outputs.stdout.ended || !this.#outputs.stderr.ended;
  }

  /** Whether this is something that was waited for. */
  receive(frame: RunFrame): boolean {
    switch (frame.kind) {
      case "output":
        return this.#piece(this.#outputs[frame.stream], frame.bytes);
      case "output-asks":
        return this.#asks(frame.stream);
      case "output-end":
        return this.#ends(frame.stream);
      case "input-taken":
        return this.#inputTaken();
      case "exit":
        if (this.#exitCode !== null) return false;
        this.#exitCode = frame.code;
        this.#exitAt = performance.now();
        this.#makeRoom();
        this.#go();
        return true;
    }
  }

  #piece(of: Output, bytes: Buffer): boolean {
    if (of.ended || of.isTaking || of.bytes >= OUTPUT_PIECE_BYTES + FRAME_BYTES) return false;
    of.pieces.push(bytes);
    of.bytes += bytes.length;
    this.#go();
    return true;
  }

  #asks(stream: LinkStream): boolean {
    const of = this.#outputs[stream];
    if (of.ended || of.isTaking) return false;
    const bytes = Buffer.concat(of.pieces);
    of.pieces = [];
    of.bytes = 0;
    of.isTaking = true;
    void this.#take(stream, of, bytes);
    return true;
  }

  async #take(stream: LinkStream, of: Output, bytes: Buffer): Promise<void> {
    let wish: Wish = "enough";
    try {
      if (!this.#isOver) wish = await this.#listeners.take(stream, bytes);
    } catch (error) {
      this.fail(error);
    }
    of.isTaking = false;
    if (this.#exitCode !== null) {
      of.afterEnd += bytes.length;
      if (this.#isOnlyLeftovers(of, bytes)) wish = "enough";
      if (wish === "enough") of.ended = true;
      of.isReadAfterEnd = true;
    }
    this.#listeners.answer(stream, wish);
    this.#go();
  }

  /** Whether all that the command itself has printed is here: a short piece means that its pipe was empty. */
  #isOnlyLeftovers(of: Output, { length }: Buffer): boolean {
    if (of.afterEnd > OUTPUT_AFTER_END_BYTES) return true;
    const isLate = performance.now() - this.#exitAt > OUTPUT_GRACE_MS;
    return isLate && of.isReadAfterEnd && length < OUTPUT_PIECE_BYTES;
  }

  #ends(stream: LinkStream): boolean {
    const of = this.#outputs[stream];
    if (of.ended) return false;
    of.ended = true;
    this.#go();
    return true;
  }

  /** Settles when nothing is left to wait for, or when nothing came for a while after the end. */
  #go(): void {
    if (this.#exitCode === null || this.#isOver) return;
    clearTimeout(this.#grace ?? undefined);
    if (this.#outputs.stdout.isTaking || this.#outputs.stderr.isTaking) return;
    if (!this.isHeldOpen) this.#over(this.#settle);
    else this.#grace = setTimeout(() => this.#over(this.#settle), OUTPUT_GRACE_MS).unref();
  }

  #inputTaken(): boolean {
    if (this.#inputPieces === 0) return false;
    this.#inputPieces -= 1;
    this.#makeRoom();
    return true;
  }

  #makeRoom(): void {
    for (const wake of [...this.#room]) wake();
  }

  /** Resolves when the guest has room for another piece of input, which is counted; false: the command has ended. */
  async inputRoom(): Promise<boolean> {
    while (!this.#isOver && this.#exitCode === null && this.#inputPieces >= INPUT_PIECES_MAXIMUM) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#room.delete(wake);
          resolve();
        };
        this.#room.add(wake);
      });
    }
    if (this.#isOver || this.#exitCode !== null) return false;
    this.#inputPieces += 1;
    return true;
  }

  /** Its end will not be known, or nobody wants to know it. */
  fail(error: unknown): void {
    this.#over(() => this.#fail(error));
  }

  #over(settle: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#grace ?? undefined);
    settle();
    this.#makeRoom();
  }
}
