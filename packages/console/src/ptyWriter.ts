import { writeSync } from "node:fs";

/*
 * A paste is written slowly on purpose: a guest's terminal holds 4 KB, and a kernel that is linked statically stops
 * listening for good when it is full (docs/uml.md, "A full terminal").
 */

/** Bytes written at once: a sixteenth of what the guest's terminal holds. */
const PIECE_BYTES = 256;
/** Milliseconds between pieces, and before a full pty is tried again. A program may then sleep for 0.4 s unharmed. */
const PIECE_EVERY_MS = 25;
/** Bytes that may wait: 25 seconds. A greater paste belongs in a file. */
export const INPUT_MAXIMUM_BYTES = 256 * 1024;

/** Writes to a terminal that does not block: how much it took; null when it has hung up, of which its reader tells. */
export const writeNow = (fd: number, bytes: Uint8Array): number | null => {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EAGAIN" ? 0 : null;
  }
};

/** Writes to a console's line: keystrokes at once, a paste in pieces that the terminal at the other end can take. */
export class PtyWriter {
  readonly #write: (bytes: Uint8Array) => number | null;
  #queue: Uint8Array[] = [];
  #waiting = 0;
  /** Bytes that may still be written before PIECE_EVERY_MS have passed since `#pieceBegun`. */
  #room = 0;
  #pieceBegun = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;

  /** `write` says how many of the bytes were taken; null when the line has hung up, which takes the input along. */
  constructor(write: (bytes: Uint8Array) => number | null) {
    this.#write = write;
  }

  /** All or nothing: false when more than INPUT_MAXIMUM_BYTES would wait. */
  write(bytes: Uint8Array): boolean {
    if (this.#waiting + bytes.length > INPUT_MAXIMUM_BYTES) return false;
    this.#queue.push(bytes);
    this.#waiting += bytes.length;
    if (this.#timer === null) this.#writePiece();
    return true;
  }

  /** Forgets what waits. */
  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#queue = [];
    this.#waiting = 0;
  }

  #writePiece(): void {
    this.#timer = null;
    const now = performance.now();
    if (now - this.#pieceBegun >= PIECE_EVERY_MS) {
      this.#pieceBegun = now;
      this.#room = PIECE_BYTES;
    }
    for (let [first] = this.#queue; first !== undefined && this.#room > 0; [first] = this.#queue) {
      const wanted = Math.min(this.#room, first.length);
      const written = this.#write(first.subarray(0, wanted));
      if (written === null) {
        this.clear();
        return;
      }
      this.#waiting -= written;
      this.#room -= written;
      if (written === first.length) this.#queue.shift();
      else this.#queue[0] = first.subarray(written);
      if (written < wanted) break;
    }
    if (this.#queue.length > 0) this.#timer = setTimeout(() => this.#writePiece(), PIECE_EVERY_MS);
  }
}
