import { writeSync } from "node:fs";
import { LINE_MAXIMUM_BYTES, TypedLine } from "./typedLine.ts";

/*
 * A guest's terminal holds 4 KB, and what a program does not read waits (docs/uml.md, "A full terminal"). So a paste is
 * written in pieces, each when the guest's kernel has taken the one before: it goes in as quickly as the guest reads, and
 * what is not needed yet is still here when somebody types Ctrl-C.
 */

/** Bytes written at once. Half of the 127 that a full terminal still has room for: Ctrl-C must find some. */
const PIECE_BYTES = 64;
/** Milliseconds until a guest that has not taken a piece is looked at again; and once its terminal is full. */
const LOOK_AGAIN_MS = 1;
const LOOK_AGAIN_FULL_MS = 25;
/** A guest that takes nothing for so long has a full terminal, or is so busy that it comes to the same. */
export const FULL_AFTER_MS = 500;
/** Where nothing tells what was taken: a sixteenth of what a terminal holds, with time for its programs. */
const BLIND_PIECE_BYTES = 256;
const BLIND_PIECE_EVERY_MS = 25;
/** Bytes that may wait. Whoever sends more is told to hold on long before, so this is for those who do not listen. */
export const INPUT_MAXIMUM_BYTES = 1024 * 1024;

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const CTRL_BACKSLASH = 0x1c;
const CTRL_Z = 0x1a;
const STOPS: ReadonlySet<number> = new Set([CTRL_C, CTRL_D, CTRL_BACKSLASH, CTRL_Z]);

/** Writes to a terminal that does not block: how much it took; null when it has hung up, of which its reader tells. */
export const writeNow = (fd: number, bytes: Uint8Array): number | null => {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EAGAIN" ? 0 : null;
  }
};

/** Where it is written to. */
export interface InputLine {
  /** How many of the bytes were taken now; null when the line has hung up, which takes the input along. */
  write(bytes: Uint8Array): number | null;
  /** Bytes that were written and that the guest's kernel has not taken; null: that cannot be told. */
  unread(): number | null;
  /** Throws away what is unread. */
  dropUnread(): void;
}

/** Who types. */
export interface Typist {
  /** So many more bytes of theirs went to the guest, or will never go. */
  passed(bytes: number): void;
  /** The rest of what they had sent was dropped: `bytes` of it. */
  dropped(why: DropReason, bytes: number): void;
}

/** `stopped`: somebody typed Ctrl-C or the like. `long-line`: nothing is sent of a line that no terminal can hold. */
export type DropReason = "stopped" | "long-line";

export interface PtyWriterListener {
  /** The guest takes nothing any more, or takes it again. */
  full(isFull: boolean): void;
  /** Whether the program that reads takes a line of any length. Asked when one comes that a terminal cannot hold. */
  takesLongLines(): Promise<boolean>;
}

interface Waiting {
  bytes: Uint8Array;
  readonly typist: Typist;
  /** Has a line in it that a terminal cannot hold; `asked` and `allowed` as the answer comes. */
  long: "no" | "yes" | "asked" | "allowed";
}

/** The one writer to a console's line: keys at once, a paste as quickly as the guest takes it. */
export class PtyWriter {
  readonly #line: InputLine;
  readonly #listener: PtyWriterListener;
  #queue: Waiting[] = [];
  #waiting = 0;
  /** The line that was begun: what of it is in the terminal and in the queue. */
  readonly #typed = new TypedLine();
  /** What a typist sends after a line that was refused belongs to the same paste, until they have paused. */
  #refused: { readonly typist: Typist; until: number } | null = null;
  /** Since when the guest has taken nothing of what is unread, which is `#unread` bytes. */
  #unread = 0;
  #unreadSince = 0;
  #isFull = false;
  #blindRoom = 0;
  #blindPieceBegun = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;

  constructor(line: InputLine, listener: PtyWriterListener) {
    this.#line = line;
    this.#listener = listener;
  }

  /** Bytes that wait here. */
  get waiting(): number {
    return this.#waiting;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** All or nothing: false when more than INPUT_MAXIMUM_BYTES would wait. */
  write(bytes: Uint8Array, typist: Typist): boolean {
    if (bytes.length === 1 && STOPS.has(bytes[0] as number)) this.#stop();
    else if (this.#isRestOfRefused(bytes, typist)) {
      typist.dropped("long-line", bytes.length);
      typist.passed(bytes.length);
      return true;
    }
    if (this.#waiting + bytes.length > INPUT_MAXIMUM_BYTES) return false;
    const isLong = this.#typed.add(bytes) > LINE_MAXIMUM_BYTES;
    this.#queue.push({ bytes, typist, long: isLong ? "yes" : "no" });
    this.#waiting += bytes.length;
    if (this.#timer === null && this.#queue.length === 1) this.#begin(bytes);
    return true;
  }

  /** Forgets what waits. */
  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const queue = this.#queue.splice(0);
    this.#waiting = 0;
    this.#typed.forget();
    for (const { bytes, typist } of queue) typist.passed(bytes.length);
    this.#setFull(false);
  }

  /** What of a paste was not taken yet is dropped, so that no shell goes on with it. */
  #stop(): void {
    if (this.#queue.length === 0 && !this.#isFull) return;
    const dropped = new Map<Typist, number>();
    for (const { bytes, typist } of this.#queue) dropped.set(typist, (dropped.get(typist) ?? 0) + bytes.length);
    this.#line.dropUnread();
    this.clear();
    for (const [typist, bytes] of dropped) typist.dropped("stopped", bytes);
  }

  #isRestOfRefused(bytes: Uint8Array, typist: Typist): boolean {
    const refused = this.#refused;
    if (refused === null || refused.typist !== typist) return false;
    const now = performance.now();
    // A key, or something after a pause, is not the rest of a paste.
    if (bytes.length <= REFUSED_KEY_BYTES || now > refused.until) {
      this.#refused = null;
      return false;
    }
    refused.until = now + REFUSED_PAUSE_MS;
    return true;
  }

  /** A key goes at once: the terminal has room for it. */
  #begin(bytes: Uint8Array): void {
    if (bytes.length > PIECE_BYTES || this.#queue[0]?.long !== "no") {
      this.#goOn();
      return;
    }
    if (this.#writeFirst(bytes.length) && this.#queue.length > 0) this.#goOnIn(LOOK_AGAIN_MS);
  }

  #goOnIn(milliseconds: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#goOn();
    }, milliseconds);
  }

  #goOn(): void {
    const [first] = this.#queue;
    if (first?.long === "yes") this.#ask(first);
    if (first === undefined || first.long === "asked") return;
    const unread = this.#line.unread();
    if (unread === null) this.#writeBlindly();
    else if (unread > 0) this.#look(unread);
    else {
      this.#unread = 0;
      this.#setFull(false);
      // The host hands it on in a moment of its own: until then it does not count as unread.
      if (this.#writeFirst(PIECE_BYTES) && this.#queue.length > 0) this.#goOnIn(LOOK_AGAIN_MS);
    }
  }

  #look(unread: number): void {
    const now = performance.now();
    if (unread !== this.#unread) {
      this.#unread = unread;
      this.#unreadSince = now;
      this.#setFull(false);
    } else if (now - this.#unreadSince >= FULL_AFTER_MS) this.#setFull(true);
    this.#goOnIn(this.#isFull ? LOOK_AGAIN_FULL_MS : LOOK_AGAIN_MS);
  }

  #writeBlindly(): void {
    const now = performance.now();
    if (now - this.#blindPieceBegun >= BLIND_PIECE_EVERY_MS) {
      this.#blindPieceBegun = now;
      this.#blindRoom = BLIND_PIECE_BYTES;
    }
    while (this.#blindRoom > 0 && this.#queue[0] !== undefined && this.#queue[0].long !== "yes") {
      const before = this.#waiting;
      if (!this.#writeFirst(this.#blindRoom)) return;
      if (before === this.#waiting) break;
      this.#blindRoom -= before - this.#waiting;
    }
    if (this.#queue.length > 0) this.#goOnIn(BLIND_PIECE_EVERY_MS);
  }

  /** So many bytes of the first at most; false when there is nothing left to write to. */
  #writeFirst(most: number): boolean {
    const first = this.#queue[0] as Waiting;
    const written = this.#line.write(first.bytes.subarray(0, most));
    if (written === null) {
      this.clear();
      return false;
    }
    this.#waiting -= written;
    if (written === first.bytes.length) this.#queue.shift();
    else first.bytes = first.bytes.subarray(written);
    if (written > 0) first.typist.passed(written);
    return true;
  }

  #ask(first: Waiting): void {
    first.long = "asked";
    const answered = (allowed: boolean): void => {
      if (this.#queue[0] !== first) return;
      first.long = "allowed";
      if (!allowed) this.#refuse(first.typist);
      this.#goOn();
    };
    this.#listener.takesLongLines().then(answered, () => answered(false));
  }

  /** Nothing of it is sent, and nothing that the same typist sent after it: that belongs to it. */
  #refuse(typist: Typist): void {
    let dropped = 0;
    this.#queue = this.#queue.filter((waiting) => {
      if (waiting.typist !== typist) return true;
      dropped += waiting.bytes.length;
      return false;
    });
    this.#waiting -= dropped;
    this.#typed.forget();
    this.#refused = { typist, until: performance.now() + REFUSED_PAUSE_MS };
    typist.dropped("long-line", dropped);
    typist.passed(dropped);
  }

  #setFull(isFull: boolean): void {
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#listener.full(isFull);
  }
}

/** What is no longer than a key is none of a paste that was refused. */
const REFUSED_KEY_BYTES = 16;
/** Nor is what comes after such a pause. */
const REFUSED_PAUSE_MS = 1000;
