/** Longest sequence looked for, less a byte: what of a chunk's end may belong to one. */
const CARRIED = 7;
/**
 * Programs that read keys and not lines switch these on while they read, and off when they hand the terminal over:
 * bracketed paste (shells, Python), the alternate screen (editors, pagers).
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const MODES = /\u001b\[\?(2004|1049|1047|47)([hl])/g;

/** Guesses from what a console prints whether the program that reads there has its terminal in raw mode. */
export class RawMode {
  readonly #on = new Set<string>();
  #end = "";

  /** True: surely, as far as a guest is to be believed. False: it may be. */
  get isOn(): boolean {
    return this.#on.size > 0;
  }

  printed(chunk: Uint8Array): void {
    const text = this.#end + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1");
    this.#end = text.slice(-CARRIED);
    if (!text.includes("\u001b[?")) return;
    for (const [, mode = "", set] of text.matchAll(MODES)) {
      if (set === "h") this.#on.add(mode);
      else this.#on.delete(mode);
    }
  }

  reset(): void {
    this.#on.clear();
    this.#end = "";
  }
}
