/** Bytes of one line that a terminal holds for a program that reads lines (N_TTY_BUF_SIZE in drivers/tty/n_tty.c, less the end). */
export const LINE_MAXIMUM_BYTES = 4095;

/** Enter as it is typed and as it is pasted, and what empties a line or hands it over: Ctrl-C, Ctrl-D, Ctrl-U, Ctrl-\. */
const ENDS: ReadonlySet<number> = new Set([0x0d, 0x0a, 0x03, 0x04, 0x15, 0x1c]);

/** How long the line is that is being typed. */
export class TypedLine {
  #length = 0;

  /** What is typed next. The length of the longest line that has a part in it, with what it had before. */
  add(bytes: Uint8Array): number {
    let longest = 0;
    for (const byte of bytes) {
      if (ENDS.has(byte)) this.#length = 0;
      else this.#length += 1;
      if (this.#length > longest) longest = this.#length;
    }
    return longest;
  }

  forget(): void {
    this.#length = 0;
  }
}
