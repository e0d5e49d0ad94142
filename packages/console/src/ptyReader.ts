import { readSync } from "node:fs";
import { ReadStream } from "node:tty";
import type { LineListener } from "./consoleSource.ts";

/** Bytes passed on at once: what a pty holds at most. */
const CHUNK_BYTES = 64 * 1024;
/**
 * Milliseconds between reads under load. A guest prints 14,000 pieces of 36 bytes a second; reading each by itself takes
 * six times the processor time that this takes. At 0.5 MB/s 4 KB gather meanwhile, of the 64 KB that a pty holds.
 */
const PACE_MS = 8;
/** So many reads within PACE_MS are load. Fewer, such as the echo of a keystroke, are passed on at once. */
const LOAD_READS = 4;
/** A read shorter than this has probably emptied the pty. To be sure would cost an exception: EAGAIN. */
const SHORT_READ_BYTES = 1024;

/**
 * Reads a pty master until its slave hangs up. It is woken by libuv for the first bytes after quiet, and under load it
 * stops listening and reads by the clock.
 *
 * Every byte is read before the end is told. libuv does not see to that by itself: when the slave is closed it may report
 * the end of the file after a read that was merely partial, which on a pty, where a read gives at most 4 KB, every one is.
 */
export class PtyReader {
  readonly #fd: number;
  readonly #buffer: Buffer;
  readonly #stream: ReadStream;
  readonly #listener: LineListener;
  #timer: NodeJS.Timeout | null = null;
  #soon: NodeJS.Immediate | null = null;
  #closed = false;
  #loadSince = 0;
  #reads = 0;
  /** What was read by the clock, and kept, and not passed on yet. */
  #waiting: { pieces: Buffer[]; reads: number } = { pieces: [], reads: 0 };

  /**
   * `fd` belongs to the reader from here on. Throws when it is not a terminal's; then it stays the caller's. Each read
   * goes to the beginning of `buffer`.
   */
  constructor(fd: number, buffer: Buffer, listener: LineListener) {
    this.#fd = fd;
    this.#buffer = buffer;
    this.#listener = listener;
    const onread = { buffer, callback: (length: number) => this.#woken(length) };
    // Both options are net.Socket's, to which ReadStream hands them. Half open: the end must not close the descriptor.
    this.#stream = new ReadStream(fd, { onread, allowHalfOpen: true } as object);
    this.#stream.on("end", () => this.#end(null));
    this.#stream.on("error", (error: Error) => this.#end(error));
    this.#stream.resume();
  }

  /** Passes on what can be read now. */
  drain(): void {
    while (!this.#closed && this.#read(1) === "more") this.#passOn();
    this.#passOn();
  }

  /** Stops and closes the descriptor. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#soon !== null) clearImmediate(this.#soon);
    this.#stream.destroy();
  }

  /** Returns false to be woken no more. */
  #woken(length: number): boolean {
    this.#listener.pass(this.#keep(length));
    const now = performance.now();
    if (now - this.#loadSince > PACE_MS) {
      this.#loadSince = now;
      this.#reads = 0;
    }
    this.#reads += 1;
    if (this.#reads < LOAD_READS || this.#closed) return true;
    this.#later();
    return false;
  }

  #later(): void {
    // All readers wake at the same instants, and so share what waking the process costs.
    const rest = PACE_MS - (performance.now() % PACE_MS);
    this.#timer = setTimeout(() => this.#readByClock(), rest < PACE_MS / 2 ? rest + PACE_MS : rest);
  }

  #readByClock(): void {
    this.#timer = null;
    this.#soon = null;
    const result = this.#read(SHORT_READ_BYTES);
    this.#waiting.reads += 1;
    if (result !== "some" || this.#waiting.reads >= this.#listener.readsAPass()) this.#passOn();
    if (this.#closed) return;
    if (result === "more") this.#soon = setImmediate(() => this.#readByClock());
    else if (result === "some") this.#later();
    else if (result === "none") this.#stream.resume();
    else this.#end(result);
  }

  /** Reads until a read is shorter than `short`, or there is a whole chunk and maybe more. That waits to be passed on. */
  #read(short: number): "more" | "some" | "none" | NodeJS.ErrnoException {
    let length = 0;
    let count: number | NodeJS.ErrnoException;
    do {
      count = this.#readOnce();
      if (typeof count !== "number") break;
      this.#waiting.pieces.push(this.#keep(count));
      length += count;
    } while (count >= short && length < CHUNK_BYTES);

    if (length >= CHUNK_BYTES) return "more";
    if (typeof count !== "number" && count.code !== "EAGAIN") return count;
    return length > 0 ? "some" : "none";
  }

  #passOn(): void {
    const { pieces } = this.#waiting;
    this.#waiting = { pieces: [], reads: 0 };
    if (pieces.length > 0) this.#listener.pass(Buffer.concat(pieces));
  }

  #readOnce(): number | NodeJS.ErrnoException {
    try {
      return readSync(this.#fd, this.#buffer, 0, this.#buffer.length, null);
    } catch (error) {
      return error as NodeJS.ErrnoException;
    }
  }

  /** Has the first `length` bytes of the buffer kept, and returns a copy of them. */
  #keep(length: number): Buffer {
    const copy = Buffer.from(this.#buffer.subarray(0, length));
    this.#listener.keep(this.#buffer.subarray(0, length));
    return copy;
  }

  #end(error: NodeJS.ErrnoException | null): void {
    if (this.#closed) return;
    if (!this.#stream.destroyed) this.drain();
    this.close();
    this.#listener.end(error === null || error.code === "EIO" ? null : error);
  }
}
