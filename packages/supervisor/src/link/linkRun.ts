import type { LinkStream } from "./frames.ts";
import type { RunFrame } from "./linkLine.ts";

/** What the script sends before it asks whether to go on. */
export const OUTPUT_PIECE_BYTES = 32 * 1024;
/** A piece's last frame may go beyond it by so much. */
const FRAME_BYTES = 540;
/**
 * How long after a command's end what it has begun in the background, and holds its output open, is listened to: so many
 * round trips to the guest with a pause before each, and nothing else in between. Time alone would say nothing of a guest
 * that the host does not let run.
 */
const QUIET_ROUND_TRIPS = 20;
const ROUND_TRIP_EVERY_MS = 100;
/** One that goes on printing is listened to no longer than this. */
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
  /** The guest has said that no more comes. */
  endCame: boolean;
  /** Nothing more is waited for. */
  ended: boolean;
}

const output = (): Output => ({
  pieces: [],
  bytes: 0,
  afterEnd: 0,
  isReadAfterEnd: false,
  isTaking: false,
  endCame: false,
  ended: false,
});

export interface LinkRunListeners {
  readonly take: TakeOutput;
  /** Tells the guest whether to go on. */
  readonly answer: (stream: LinkStream, wish: Wish) => void;
  /** Resolves when the guest has answered: what it had said before is here. Rejects when the link is lost. */
  readonly roundTrip: () => Promise<void>;
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
  /** Frames that came. */
  #received = 0;
  #wasCut = false;
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

  /** The end of its output was not seen: there may be more of it. */
  get isIncomplete(): boolean {
    return this.#wasCut || this.#exitCode === null || this.isHeldOpen;
  }

  /** Whether this is something that was waited for. */
  receive(frame: RunFrame): boolean {
    this.#received += 1;
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
        if (!this.#isOver) void this.#listenOn();
        return true;
    }
  }

  #piece(of: Output, bytes: Buffer): boolean {
    if (of.endCame || of.ended || of.isTaking || of.bytes >= OUTPUT_PIECE_BYTES + FRAME_BYTES) return false;
    of.pieces.push(bytes);
    of.bytes += bytes.length;
    return true;
  }

  #asks(stream: LinkStream): boolean {
    const of = this.#outputs[stream];
    if (of.endCame || of.ended || of.isTaking) return false;
    void this.#take(stream, of);
    return true;
  }

  #ends(stream: LinkStream): boolean {
    const of = this.#outputs[stream];
    if (of.endCame || of.ended) return false;
    of.endCame = true;
    // Its last piece may stand without a question.
    if (of.bytes > 0 && !of.isTaking) void this.#take(stream, of);
    else if (!of.isTaking) of.ended = true;
    this.#go();
    return true;
  }

  async #take(stream: LinkStream, of: Output): Promise<void> {
    const bytes = Buffer.concat(of.pieces);
    of.pieces = [];
    of.bytes = 0;
    of.isTaking = true;
    let wish: Wish = "enough";
    try {
      if (!this.#isOver) wish = await this.#listeners.take(stream, bytes);
    } catch (error) {
      this.fail(error);
    }
    of.isTaking = false;
    if (of.endCame) {
      of.ended = true;
    } else {
      if (this.#exitCode !== null) wish = this.#wishAfterEnd(of, bytes, wish);
      this.#listeners.answer(stream, wish);
    }
    this.#go();
  }

  #wishAfterEnd(of: Output, bytes: Buffer, wish: Wish): Wish {
    of.afterEnd += bytes.length;
    const isCut = this.#isOnlyLeftovers(of, bytes);
    if (isCut) this.#wasCut = true;
    of.ended = isCut || wish === "enough";
    of.isReadAfterEnd = true;
    return isCut ? "enough" : wish;
  }

  /** Whether all that the command itself has printed is here: a short piece means that its pipe was empty. */
  #isOnlyLeftovers(of: Output, { length }: Buffer): boolean {
    if (of.afterEnd > OUTPUT_AFTER_END_BYTES) return true;
    const isLate = performance.now() - this.#exitAt > OUTPUT_GRACE_MS;
    return isLate && of.isReadAfterEnd && length < OUTPUT_PIECE_BYTES;
  }

  /** After the command's end: gives up on an output that something else holds open, and that stays silent. */
  async #listenOn(): Promise<void> {
    let quiet = 0;
    try {
      while (!this.#isOver && quiet < QUIET_ROUND_TRIPS) {
        const { stdout, stderr } = this.#outputs;
        const before = this.#received;
        await new Promise((resolve) => setTimeout(resolve, ROUND_TRIP_EVERY_MS).unref());
        if (this.#isOver) return;
        await this.#listeners.roundTrip();
        quiet = this.#received === before && !stdout.isTaking && !stderr.isTaking ? quiet + 1 : 0;
      }
      this.#over(this.#settle);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Settles when nothing is left to wait for. */
  #go(): void {
    if (this.#exitCode !== null && !this.isHeldOpen) this.#over(this.#settle);
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
    settle();
    this.#makeRoom();
  }
}
