import { ConsoleError } from "./errors.ts";
import { hasInFlight, InFlight } from "./inFlight.ts";
import type { Boot, LogMark, StoredMark, WindowSize } from "./logMarks.ts";
import type { LogRead, OffsetRange } from "./readableLog.ts";
import type { Segment } from "./segment.ts";
import { SegmentRow } from "./segmentRow.ts";
import { UnwrittenTail } from "./unwrittenTail.ts";

/** Milliseconds between time marks: fine enough to replay somebody typing, coarse enough to cost nothing. */
export const TIME_MARK_EVERY_MS = 250;
/** Milliseconds in which more keystrokes of the same user are not marked again. */
const TYPING_MARK_EVERY_MS = 10_000;
/** Marks of typing that wait for the next byte: where many type and nothing answers, the newest are kept. */
const TYPING_MARKS_WAITING_MAXIMUM = 16;
/** Of a user's name, so much is marked. */
const TYPING_NAME_MAXIMUM = 64;
/** Milliseconds between attempts to write again after a failure. */
const RETRY_EVERY_MS = 1000;
/** Bytes of output kept in memory while they cannot be written. */
const UNWRITTEN_MAXIMUM_BYTES = 1024 * 1024;

export interface ConsoleLogOptions {
  /** Bytes on disk that the log may take; at least 1 MiB. What was read last may exceed it until the next segment. */
  readonly budgetBytes: number;
  /** Called when history begins not to be kept (a problem), and when it is kept again (null). */
  readonly onProblem?: (problem: LogProblem | null) => void;
}

/** The log cannot be written: output goes on to viewers, and may be missing from history. */
export interface LogProblem {
  /** The system's error code: ENOSPC, EDQUOT, EIO, EROFS … */
  readonly code: string;
  /** Offset of the first byte that is not on disk. */
  readonly from: number;
  readonly message: string;
}

/** What is kept while the disk refuses to take output. */
interface Loss {
  readonly problem: LogProblem;
  readonly tail: UnwrittenTail;
  readonly retryAt: number;
}

/**
 * Every byte that one console ever printed, by absolute offset, in a folder of its own. One process writes it at a
 * time. Where the last segment's file ends, the log ends: nothing else records it, so a crash cannot make them differ.
 * It holds descriptors and shared memory only from the first write, or the first look at `readBuffer`, until `rest`.
 */
export class ConsoleLog {
  readonly folder: string;
  readonly #row: SegmentRow;
  #inFlight: InFlight | null = null;
  readonly #onProblem: (problem: LogProblem | null) => void;
  #end: number;
  #size: (WindowSize & { readonly offset: number }) | null;
  /** The segment in whose index the current size stands. */
  #sizedSegment: Segment | null;
  #timeMarkedAt = 0;
  #lastBoot: Boot | null;
  #offAt: number | null = null;
  /** Boots whose marks could not be written yet. */
  #unmarkedBoots: (Boot & { readonly kind: "boot" })[] = [];
  #typing: Extract<LogMark, { kind: "typing" }>[] = [];
  #typed: { readonly user: string; readonly at: number } | null = null;
  #loss: Loss | null = null;
  #closed = false;

  private constructor(folder: string, options: ConsoleLogOptions) {
    this.folder = folder;
    this.#onProblem = options.onProblem ?? (() => {});
    this.#row = new SegmentRow(folder, options.budgetBytes);
    this.#end = this.#row.current.end;
    this.#size = this.#row.sizeAt(this.#end);
    this.#sizedSegment = (this.#size?.offset ?? -1) >= this.#row.current.start ? this.#row.current : null;
    this.#lastBoot = this.boots().at(-1) ?? null;
    if (hasInFlight(folder)) {
      this.#inFlight = new InFlight(folder);
      this.append(this.#inFlight.leftOver(this.#end));
    }
    this.rest();
  }

  /**
   * Opens the log of a folder, which is created if need be (its parent must exist). Repairs what a crash left torn.
   * Throws the system's error where that is not possible.
   */
  static open(folder: string, options: ConsoleLogOptions): ConsoleLog {
    return new ConsoleLog(folder, options);
  }

  /**
   * Read the pty into this and append what was read before reading again: then not even a SIGKILL between the two loses
   * anything. Of no use after `rest`.
   */
  get readBuffer(): Buffer {
    this.#inFlight ??= this.#beginReading();
    return this.#inFlight.buffer;
  }

  /** Offset of the oldest byte kept. There may be holes between here and the end. */
  get start(): number {
    return this.#row.start ?? this.#loss?.tail.start ?? this.#end;
  }

  /** Offset of the next byte to be printed. */
  get end(): number {
    return this.#end;
  }

  /** The least offset from which on every byte up to the end is kept. */
  get unbrokenFrom(): number {
    return this.#row.unbrokenUpTo(this.#loss?.tail.start ?? this.#end);
  }

  get diskBytes(): number {
    return this.#row.diskBytes;
  }

  /** Why history is not being kept at the moment; null when all is well. */
  get problem(): LogProblem | null {
    return this.#loss?.problem ?? null;
  }

  /** Bytes printed that are in memory alone, because the disk did not take them: a kill of this process loses them. */
  get unwrittenBytes(): number {
    return this.#loss?.tail.bytes ?? 0;
  }

  /** Writes what the disk did not take, if it takes it by now: nothing more may be printed that would try it. */
  retry(): void {
    if (!this.#closed && this.#loss !== null) this.#mendLoss(this.#loss);
  }

  /**
   * Adds what was just printed, with one synchronous write(2) and nothing before it: the bytes are in the file when this
   * returns, and a SIGKILL does not take them away. Never throws for the disk's sake: see LogProblem. Keeps no reference.
   */
  append(bytes: Uint8Array): void {
    this.#refuseIfClosed();
    if (bytes.length === 0) return;
    const from = this.#end;
    this.#end += bytes.length;
    if (this.#loss === null) {
      this.#write(bytes, from);
    } else {
      this.#loss.tail.push(bytes);
      this.#mendLoss(this.#loss);
    }
    this.#inFlight?.logged(Math.min(bytes.length, this.#inFlight.buffer.length), this.#end);
  }

  /** Up to `limit` bytes (at least 1) from `from`: fewer where a segment ends, none only at the end of the log. */
  read(from: number, limit: number): LogRead {
    if (from > this.#end) return { ok: false, reason: "beyond-end", end: this.#end };
    if (from === this.#end) return { ok: true, offset: from, bytes: new Uint8Array(0) };
    const tail = this.#loss?.tail;
    if (tail !== undefined && from >= tail.start) return { ok: true, offset: from, bytes: tail.read(from, limit) };

    const { holding, next } = this.#row.find(from);
    if (holding !== null) {
      const bytes = readOrNothing(holding, from, limit);
      if (bytes.length > 0) return { ok: true, offset: from, bytes };
      return { ok: false, reason: "lost", next: holding.end };
    }
    if (next === null) return { ok: false, reason: "lost", next: tail?.start ?? this.#end };
    const lost = next.marks().some((mark) => mark.kind === "lost" && mark.offset <= from);
    return { ok: false, reason: lost ? "lost" : "expired", next: next.start };
  }

  /** A guest begins to boot here. The same number again changes nothing, and is answered with null. */
  markBoot(boot: number): Boot | null {
    this.#refuseIfClosed();
    this.#offAt = null;
    if (boot === this.#lastBoot?.boot) return null;
    const marked: Boot = { boot, offset: this.#end, at: Date.now() };
    this.#lastBoot = marked;
    this.#unmarkedBoots.push({ kind: "boot", ...marked });
    try {
      if (this.#loss === null) this.#writeMarksDue(this.#row.begin("boot", this.#end), this.#end);
    } catch (error) {
      this.#beginLoss(this.#end, new Uint8Array(0), error);
    }
    return marked;
  }

  /**
   * What printed here has ended. Returns where, or null when that was known. It is not written down: whoever opens the
   * log of a guest that is off says so again, and a boot is marked where the next one begins.
   */
  markOff(): number | null {
    this.#refuseIfClosed();
    if (this.#offAt !== null) return null;
    this.#offAt = this.#end;
    return this.#offAt;
  }

  /** Where what printed here has ended; null while it runs. */
  get offAt(): number | null {
    return this.#offAt;
  }

  /** Where the newest terminal begins, which has none of the modes of before: a boot, or the end of what ran. */
  get renewedAt(): number {
    return this.#offAt ?? this.#lastBoot?.offset ?? 0;
  }

  /** The window has this size from here on. It is written with the next byte, so that resizing alone costs nothing. */
  markSize(cols: number, rows: number): void {
    this.#refuseIfClosed();
    if (this.#size?.cols === cols && this.#size.rows === rows) return;
    this.#size = { cols, rows, offset: this.#end };
    this.#sizedSegment = null;
  }

  /** Somebody types. It is written with the next byte; who types on is not written again each time. */
  markTyping(user: string): void {
    this.#refuseIfClosed();
    const at = Date.now();
    if (this.#typed?.user === user && Math.abs(at - this.#typed.at) < TYPING_MARK_EVERY_MS) return;
    this.#typed = { user, at };
    this.#typing.push({ kind: "typing", offset: this.#end, at, user: user.slice(0, TYPING_NAME_MAXIMUM) });
    if (this.#typing.length > TYPING_MARKS_WAITING_MAXIMUM) this.#typing.shift();
  }

  /** Boots whose first bytes are kept, oldest first. */
  boots(): Boot[] {
    return [...this.#row.bootMarks(), ...this.#unmarkedBoots]
      .filter((mark) => mark.kind === "boot")
      .map(({ boot, offset, at }) => ({ boot, offset, at }));
  }

  /** The size in force for the byte at `offset`; null where none is known. */
  sizeAt(offset: number): WindowSize | null {
    const size = this.#size !== null && offset >= this.#size.offset ? this.#size : this.#row.sizeAt(offset);
    return size === null ? null : { cols: size.cols, rows: size.rows };
  }

  /** Marks from `from` to `to`, both included, in order. A size may be repeated without having changed. */
  marks(from: number, to: number): LogMark[] {
    const marks: StoredMark[] = [...this.#row.marks(from, to), ...this.#unmarkedBoots];
    if (this.#size !== null && this.#sizedSegment === null) marks.push({ kind: "size", ...this.#size });
    return marks
      .filter((mark) => mark.kind !== "lost")
      .filter((mark) => mark.offset >= from && mark.offset <= to)
      .sort((one, other) => one.offset - other.offset);
  }

  /** When the byte at `offset` was printed, or shortly before; null where it is not known. */
  timeAt(offset: number): number | null {
    return this.#row.timeAt(offset);
  }

  /** Offset of the first byte that was printed at this time (milliseconds since the epoch) or later. */
  offsetAt(time: number): number {
    return this.#row.offsetAt(time) ?? this.#end;
  }

  /** The stretches of a range that are kept, in order. */
  kept({ from, to }: OffsetRange): OffsetRange[] {
    const kept: { from: number; to: number }[] = [];
    for (const stretch of [...this.#row.stretches(), { from: this.#loss?.tail.start ?? this.#end, to: this.#end }]) {
      const part = { from: Math.max(from, stretch.from), to: Math.min(to, stretch.to) };
      if (part.from >= part.to) continue;
      const last = kept.at(-1);
      if (last?.to === part.from) last.to = part.to;
      else kept.push(part);
    }
    return kept;
  }

  /**
   * Nothing is printed for now: gives the descriptors and the shared memory back, until something is written again. What
   * was read into `readBuffer` must have been appended. Idempotent.
   */
  rest(): void {
    this.#inFlight?.close();
    this.#inFlight = null;
    this.#row.rest();
  }

  /** Gives everything back. Idempotent. */
  close(): void {
    if (this.#closed) return;
    if (this.#loss !== null) this.#mendLoss({ ...this.#loss, retryAt: 0 });
    try {
      if (this.#loss === null && this.#hasMarksDue) this.#writeMarksDue(this.#row.current, this.#end);
    } catch {
      // The disk filled up at the very end: a window size is missing.
    }
    this.#closed = true;
    this.rest();
    this.#row.close();
  }

  #beginReading(): InFlight {
    const inFlight = new InFlight(this.folder);
    inFlight.logged(inFlight.buffer.length, this.#end);
    return inFlight;
  }

  /** What an index must have sooner or later. The time of the next byte is none of it: there may be none. */
  get #hasMarksDue(): boolean {
    const isUnsized = this.#size !== null && this.#sizedSegment !== this.#row.current;
    return isUnsized || this.#unmarkedBoots.length > 0 || this.#typing.length > 0;
  }

  #refuseIfClosed(): void {
    if (this.#closed) throw new ConsoleError("disposed", "This console log has been closed.");
  }

  #write(bytes: Uint8Array, from: number): void {
    const segment = this.#row.current;
    try {
      segment.write(bytes);
      this.#writeMarksDue(segment, from);
      this.#row.makeRoom(this.#end);
    } catch (error) {
      const written = Math.min(segment.end, this.#end) - from;
      this.#beginLoss(from + written, bytes.subarray(written), error);
    }
  }

  #writeMarksDue(segment: Segment, offset: number, first: readonly StoredMark[] = []): void {
    const now = Date.now();
    const marks: StoredMark[] = [...first, ...this.#unmarkedBoots];
    if (this.#size !== null && this.#sizedSegment !== segment) marks.push({ kind: "size", ...this.#size, offset });
    const timeIsDue = Math.abs(now - this.#timeMarkedAt) >= TIME_MARK_EVERY_MS;
    if (timeIsDue) marks.push({ kind: "time", offset, at: now });
    for (const typing of this.#typing) marks.push({ ...typing, offset });
    segment.writeMarks(marks);
    this.#unmarkedBoots = [];
    this.#typing = [];
    this.#sizedSegment = segment;
    if (timeIsDue) this.#timeMarkedAt = now;
  }

  #beginLoss(from: number, bytes: Uint8Array, error: unknown): void {
    const { code = "EIO", message } = error as NodeJS.ErrnoException;
    const tail = new UnwrittenTail(from, UNWRITTEN_MAXIMUM_BYTES);
    tail.push(bytes);
    this.#loss = { problem: { code, from, message }, tail, retryAt: Date.now() + RETRY_EVERY_MS };
    this.#promiseEnd();
    this.#onProblem(this.#loss.problem);
  }

  /**
   * While nothing can be written, an empty segment named by the end of the log says how far offsets have been given
   * out: creating and renaming a file need no space. So no offset means two different bytes after a crash.
   */
  #promiseEnd(): void {
    try {
      this.#row.begin("log", this.#end);
    } catch {
      // Not even that is possible. The log goes on in memory.
    }
  }

  #mendLoss(loss: Loss): void {
    if (Date.now() < loss.retryAt) {
      this.#promiseEnd();
      return;
    }
    if (this.#writeTail(loss)) {
      this.#loss = null;
      this.#onProblem(null);
    } else {
      this.#promiseEnd();
    }
  }

  /** Writes what was kept in memory; returns whether all of it could be written. */
  #writeTail({ problem, tail }: Loss): boolean {
    const start = tail.start;
    let segment: Segment | null = null;
    try {
      segment = this.#row.begin(this.#unmarkedBoots.length > 0 ? "boot" : "log", start);
      this.#writeMarksDue(segment, start, start > problem.from ? [{ kind: "lost", offset: problem.from }] : []);
      for (const chunk of tail.chunks) segment.write(chunk);
      return true;
    } catch {
      const written = segment === null ? 0 : segment.end - start;
      tail.shift(written);
      const from = written > 0 ? tail.start : problem.from;
      this.#loss = { problem: { ...problem, from }, tail, retryAt: Date.now() + RETRY_EVERY_MS };
      return false;
    }
  }
}

const readOrNothing = (segment: Segment, from: number, limit: number): Uint8Array => {
  try {
    return segment.read(from, limit);
  } catch {
    return new Uint8Array(0);
  }
};
