/**
 * Matches what a terminal would obey: control sequences (CSI), strings (OSC, DCS, SOS, PM, APC) up to their end, other
 * escapes of two or three bytes, and the controls that are not a line feed, a tab or a carriage return.
 */
const obeyed = new RegExp(
  [
    "(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]",
    "(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c)",
    "\\u001b[ -/]*[0-OQ-WYZ\\\\`-~]",
    "[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001a\\u001c-\\u001f\\u007f-\\u009f]",
  ].join("|"),
  "g",
);

/** Matches the beginning of a sequence, or carriage returns whose line feed is to come, at the end of a piece. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const unfinished = /(?:\u001b[^\n]*|\r+)$/;

/** Longest beginning of a sequence that is kept waiting for its end; a longer one is printed without its escape. */
const UNFINISHED_MAXIMUM = 4096;

/** Makes a console's bytes, given piece by piece, into text without escape sequences. */
export class PlainText {
  readonly #decoder = new TextDecoder();
  #unfinished = "";

  feed(bytes: Uint8Array): string {
    return this.#strip(this.#unfinished + this.#decoder.decode(bytes, { stream: true }), false);
  }

  /** What is left when no more comes. */
  end(): string {
    return this.#strip(this.#unfinished + this.#decoder.decode(), true);
  }

  #strip(text: string, last: boolean): string {
    const stripped = text.replace(obeyed, "");
    const start = stripped.search(unfinished);
    const end = !last && start >= 0 && stripped.length - start <= UNFINISHED_MAXIMUM ? start : stripped.length;
    this.#unfinished = stripped.slice(end);
    return stripped.slice(0, end).replace(/\r+\n/g, "\n").replace(/\r/g, "\n").replaceAll("\u001b", "");
  }
}
