import { Buffer } from "node:buffer";

/** A line longer than this is cut: nobody reads it, and a guest that never ends one must not fill the memory. */
export const LINE_MAXIMUM_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

export interface LogLine {
  /** Offset of its first byte. */
  readonly offset: number;
  /** Its bytes without the line feed. */
  readonly bytes: Uint8Array;
}

/** Cuts a log, given piece by piece, into lines. */
export class LogLines {
  #rest = Buffer.alloc(0);
  #restOffset = 0;

  /** Lines that end in these bytes. A piece that does not follow the one before ends the line before it. */
  *push(offset: number, bytes: Uint8Array): Generator<LogLine, void> {
    if (offset !== this.#restOffset + this.#rest.length) yield* this.end();
    const all = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
    const allOffset = offset - this.#rest.length;
    let from = 0;
    while (from < all.length) {
      const feed = all.indexOf(LINE_FEED, from);
      const end = feed < 0 ? all.length : feed;
      if (end - from > LINE_MAXIMUM_BYTES) {
        yield { offset: allOffset + from, bytes: all.subarray(from, from + LINE_MAXIMUM_BYTES) };
        from += LINE_MAXIMUM_BYTES;
        continue;
      }
      if (feed < 0) break;
      yield { offset: allOffset + from, bytes: all.subarray(from, feed) };
      from = feed + 1;
    }
    this.#rest = all.subarray(from);
    this.#restOffset = allOffset + from;
  }

  /** The unfinished line, if there is one. */
  *end(): Generator<LogLine, void> {
    if (this.#rest.length > 0) yield { offset: this.#restOffset, bytes: this.#rest };
    this.#restOffset += this.#rest.length;
    this.#rest = Buffer.alloc(0);
  }
}
