import { mkdirSync } from "node:fs";
import type { StoredMark, WindowSize } from "./logMarks.ts";
import { hostWentDown, markClosed, markOpen } from "./openMark.ts";
import { Segment, type SegmentKind } from "./segment.ts";

/** Bytes in a segment: one deletion gives back so much. */
const SEGMENT_BYTES = 4 * 1024 * 1024;
/** Bytes of a boot that are kept longest: a boot's messages are 7 KB, its services some 100 KB. */
const BOOT_SEGMENT_BYTES = 1024 * 1024;
/** Boots whose first bytes are deleted last. */
const BOOTS_KEPT = 20;
/** Segments are at most this part of the budget, so that a small budget is still cut into pieces. */
const SEGMENTS_IN_BUDGET = 8;
/** An index larger than this begins a new segment: it bounds what one look-up reads, and what a dripping guest adds. */
const SEGMENT_MARKS_BYTES = 256 * 1024;
/** What a segment counts for at least, since a file costs more than its bytes. It bounds their number. */
const SEGMENT_COST_BYTES = 16 * 1024;
const BUDGET_MINIMUM_BYTES = 1024 * 1024;

/**
 * The segments of one log, oldest first, within a budget of bytes on disk. Each boot begins a segment of its own, which
 * is short; the output after it goes into longer ones. So all that the budget asks is to delete whole segments, the
 * oldest first, and those that begin the newest boots last. A deleted one leaves a hole in the offsets, no more.
 */
export class SegmentRow {
  readonly #folder: string;
  readonly #budget: number;
  readonly #segments: Segment[];
  #current: Segment;

  /** Creates the folder if need be (its parent must exist). Throws the system's error. */
  constructor(folder: string, budgetBytes: number) {
    this.#folder = folder;
    this.#budget = Math.max(BUDGET_MINIMUM_BYTES, budgetBytes);
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    this.#segments = Segment.list(folder);
    const last = this.#segments.at(-1);
    if (last === undefined) this.#segments.push(Segment.create(folder, 0, "log"));
    else {
      if (hostWentDown(folder)) last.cutZeros();
      last.repair();
    }
    markOpen(folder);
    this.#current = this.#segments.at(-1) as Segment;
  }

  /** The segment that is written to. */
  get current(): Segment {
    return this.#current;
  }

  /** Offset of the oldest byte on disk; null when there is none. */
  get start(): number | null {
    return this.#segments.find((segment) => segment.size > 0)?.start ?? null;
  }

  get diskBytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.size + segment.marksSize, 0);
  }

  /** The least offset from which on every byte up to `end` is on disk; `end` itself when the byte before it is not. */
  unbrokenUpTo(end: number): number {
    let from = end;
    for (const segment of this.#segments.toReversed()) {
      if (segment.size === 0) continue;
      if (segment.end < from) break;
      from = segment.start;
    }
    return from;
  }

  /** Begins a new segment when the current one is full. Throws the system's error. */
  makeRoom(end: number): void {
    const { kind, size, marksSize } = this.#current;
    if (size >= this.#limitOf(kind) || (size > 0 && marksSize >= SEGMENT_MARKS_BYTES)) this.begin("log", end);
  }

  /**
   * A segment of this kind with nothing in it yet: the current one if it is empty, else a new one. Throws the system's
   * error; the current one stays then.
   */
  begin(kind: SegmentKind, end: number): Segment {
    if (this.#current.size === 0) {
      this.#current.become(end, kind);
      return this.#current;
    }
    this.#evict(this.#limitOf(kind));
    const segment = Segment.create(this.#folder, end, kind);
    this.#current.close();
    this.#current = segment;
    this.#segments.push(segment);
    return segment;
  }

  /** The segment that holds the byte at `offset`; where none does, the next one that holds any. */
  find(offset: number): { readonly holding: Segment | null; readonly next: Segment | null } {
    const last = this.#segments.findLast((segment) => segment.start <= offset);
    const holding = last !== undefined && offset < last.end ? last : null;
    return { holding, next: this.#segments.find((segment) => segment.start > offset && segment.size > 0) ?? null };
  }

  /** Marks of the segments that touch the range from `from` to `to`. */
  marks(from: number, to: number): StoredMark[] {
    return this.#segments
      .filter((segment) => segment.start <= to && segment.end >= from)
      .flatMap((segment) => segment.marks());
  }

  bootMarks(): StoredMark[] {
    return this.#segments.filter((segment) => segment.kind === "boot").flatMap((segment) => segment.marks());
  }

  sizeAt(offset: number): (WindowSize & { readonly offset: number }) | null {
    for (const segment of this.#segments.toReversed()) {
      if (segment.start > offset) continue;
      const mark = segment.marks().findLast((candidate) => candidate.kind === "size" && candidate.offset <= offset);
      if (mark?.kind === "size") return mark;
    }
    return null;
  }

  /** Time of the last mark at or before `offset`; null where there is none. */
  timeAt(offset: number): number | null {
    for (const segment of this.#segments.toReversed()) {
      if (segment.start > offset) continue;
      const mark = segment.marks().findLast((candidate) => "at" in candidate && candidate.offset <= offset);
      if (mark !== undefined && "at" in mark) return mark.at;
    }
    return null;
  }

  /** Offset of the first mark with this time or a later one; null where there is none. */
  offsetAt(time: number): number | null {
    let found: number | null = null;
    for (const segment of this.#segments.toReversed()) {
      const times = segment.marks().filter((mark) => "at" in mark);
      found = times.find((mark) => mark.at >= time)?.offset ?? found;
      if (times.some((mark) => mark.at < time)) break;
    }
    return found;
  }

  /** What is on disk, oldest first. */
  stretches(): { readonly from: number; readonly to: number }[] {
    return this.#segments.filter(({ size }) => size > 0).map(({ start, end }) => ({ from: start, to: end }));
  }

  /** Gives the descriptors back until something is written again. Idempotent. */
  rest(): void {
    this.#current.close();
  }

  close(): void {
    markClosed(this.#folder);
    this.rest();
  }

  #limitOf(kind: SegmentKind): number {
    return Math.min(kind === "boot" ? BOOT_SEGMENT_BYTES : SEGMENT_BYTES, this.#budget / SEGMENTS_IN_BUDGET);
  }

  #evict(bytes: number): void {
    const bootsKept = Math.min(BOOTS_KEPT, Math.floor(this.#budget / 2 / this.#limitOf("boot")));
    const keptLongest = new Set(this.#segments.filter((segment) => segment.kind === "boot").slice(-bootsKept));
    let total = this.#segments.reduce((sum, segment) => sum + costOf(segment), bytes);
    while (total > this.#budget) {
      const others = this.#segments.filter((segment) => segment !== this.#current);
      const victim = others.find((segment) => !keptLongest.has(segment)) ?? others[0];
      if (victim === undefined) return;
      victim.remove();
      this.#segments.splice(this.#segments.indexOf(victim), 1);
      total -= costOf(victim);
    }
  }
}

const costOf = (segment: Segment): number => Math.max(SEGMENT_COST_BYTES, segment.size + segment.marksSize);
