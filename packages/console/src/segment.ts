import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { formatMark, parseMark, type StoredMark } from "./logMarks.ts";

/** A `boot` segment begins with a boot and holds the first part of its output; a `log` segment holds what follows. */
export type SegmentKind = "boot" | "log";

const NAME = /^(\d{16})\.(boot|log)$/;
const OWNER_ONLY = 0o600;
const APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;

/**
 * One piece of the log in two files: `<offset of its first byte>.<kind>` with the bytes, `<the same offset>.marks` with
 * the index of those bytes. Deleting the two gives the piece's space back and leaves every other offset as it is.
 */
export class Segment {
  readonly #folder: string;
  #start: number;
  #kind: SegmentKind;
  #size: number;
  #marksSize: number;
  #fd: number | null = null;
  #marksFd: number | null = null;
  /** The last line may be half written: the next mark begins with a line feed. */
  #marksTorn = false;

  private constructor(folder: string, start: number, kind: SegmentKind, size: number, marksSize: number) {
    this.#folder = folder;
    this.#start = start;
    this.#kind = kind;
    this.#size = size;
    this.#marksSize = marksSize;
  }

  /** All segments of a folder, oldest first. */
  static list(folder: string): Segment[] {
    return readdirSync(folder)
      .map((name) => NAME.exec(name))
      .filter((match) => match !== null)
      .map(([name, start, kind]) => {
        const marks = statSync(join(folder, `${start}.marks`), { throwIfNoEntry: false });
        return new Segment(
          folder,
          Number(start),
          kind as SegmentKind,
          statSync(join(folder, name)).size,
          marks?.size ?? 0,
        );
      })
      .sort((one, other) => one.start - other.start);
  }

  /** A new empty segment, open for writing. Throws the system's error. */
  static create(folder: string, start: number, kind: SegmentKind): Segment {
    const segment = new Segment(folder, start, kind, 0, 0);
    segment.#open();
    return segment;
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#start + this.#size;
  }

  get kind(): SegmentKind {
    return this.#kind;
  }

  get size(): number {
    return this.#size;
  }

  get marksSize(): number {
    return this.#marksSize;
  }

  private get path(): string {
    return join(this.#folder, `${String(this.#start).padStart(16, "0")}.${this.#kind}`);
  }

  private get marksPath(): string {
    return join(this.#folder, `${String(this.#start).padStart(16, "0")}.marks`);
  }

  /**
   * Cuts off what a power failure left at the end: blocks that belong to the file already and were never filled. Throws
   * the system's error.
   */
  cutZeros(): void {
    const piece = 64 * 1024;
    let size = this.#size;
    while (size > 0) {
      const from = Math.max(0, size - piece);
      const last = this.read(this.#start + from, size - from).findLastIndex((byte) => byte !== 0);
      size = from + last + 1;
      if (last >= 0) break;
    }
    if (size < this.#size) truncateSync(this.path, size);
    this.#size = size;
  }

  /**
   * Makes the newest segment ready to go on with. The size of its file is the truth; of its index, a torn last line and
   * marks of bytes that never reached the file are cut off. Throws the system's error, also where it cannot be written.
   */
  repair(): void {
    accessSync(this.path, constants.W_OK);
    if (this.#marksSize === 0) return;
    let whole = 0;
    for (const line of readFileSync(this.marksPath, "latin1").split(/(?<=\n)/)) {
      const mark = parseMark(line.trimEnd());
      if (!line.endsWith("\n") || (mark !== null && mark.offset > this.end)) break;
      whole += line.length;
    }
    if (whole < this.#marksSize) truncateSync(this.marksPath, whole);
    this.#marksSize = whole;
  }

  /** Throws the system's error; `end` says how much was written before it. */
  write(bytes: Uint8Array): void {
    const fd = this.#open();
    let written = 0;
    while (written < bytes.length) {
      const count = writeSync(fd, bytes, written);
      written += count;
      this.#size += count;
    }
  }

  /** Throws the system's error. */
  writeMarks(marks: readonly StoredMark[]): void {
    if (marks.length === 0) return;
    this.#marksFd ??= openSync(this.marksPath, APPEND, OWNER_ONLY);
    const text = Buffer.from((this.#marksTorn ? "\n" : "") + marks.map(formatMark).join(""), "latin1");
    this.#marksTorn = true;
    const written = writeSync(this.#marksFd, text);
    this.#marksSize += written;
    this.#marksTorn = written < text.length;
  }

  /** Bytes at an offset of this segment: fewer than asked for at its end, none when its file has become shorter. */
  read(from: number, limit: number): Uint8Array {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(limit, this.end - from)));
    const fd = openSync(this.path, constants.O_RDONLY);
    try {
      return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from - this.#start));
    } finally {
      closeSync(fd);
    }
  }

  marks(): StoredMark[] {
    if (this.#marksSize === 0) return [];
    return readFileSync(this.marksPath, "latin1")
      .split("\n")
      .map(parseMark)
      .filter((mark) => mark !== null);
  }

  /** Makes an empty segment another one. Throws the system's error. */
  become(start: number, kind: SegmentKind): void {
    const [path, marksPath] = [this.path, this.marksPath];
    const before = { start: this.#start, kind: this.#kind };
    this.#start = start;
    this.#kind = kind;
    try {
      if (path !== this.path) renameSync(path, this.path);
      if (this.#marksSize > 0 && marksPath !== this.marksPath) renameSync(marksPath, this.marksPath);
    } catch (error) {
      this.#start = before.start;
      this.#kind = before.kind;
      throw error;
    }
  }

  #open(): number {
    this.#fd ??= openSync(this.path, APPEND, OWNER_ONLY);
    return this.#fd;
  }

  /** Gives the descriptors back; reading still works, and writing opens the files again. Idempotent. */
  close(): void {
    for (const fd of [this.#fd, this.#marksFd]) if (fd !== null) closeSync(fd);
    this.#fd = null;
    this.#marksFd = null;
  }

  /** Deletes both files. The index goes first: bytes without an index are of use, and are deleted some day. */
  remove(): void {
    this.close();
    rmSync(this.marksPath, { force: true });
    rmSync(this.path, { force: true });
  }
}
