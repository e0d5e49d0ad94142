/*
 * The lines of the guest link: docs/guest-link.md. What comes from the guest is not to be trusted: whatever it sends, the
 * parser holds one line at most, and says how much of it was no frame.
 */

/**
 * What guests may speak: 2 is a shell script in images of before, 3 a program. Frames are the same; only the program of
 * version 3 may end an output without asking after its last piece.
 */
export const LINK_VERSIONS: readonly number[] = [2, 3];

/** The longest line that the script writes has 750 bytes. */
const LINE_MAXIMUM_BYTES = 1024;
/** All of one frame to the guest, its data included: two of them fill LinkLine's window. */
export const FRAME_MAXIMUM_BYTES = 1800;
/** An answer to no output of anybody's. The guest says that it has taken it, as it does of every frame. */
export const PING = Buffer.from("more ping o\n");

export type LinkStream = "stdout" | "stderr";

export type LinkFrame =
  /**
   * The link program is there: with the session that it was greeted with, or null when it has just started. Of "soon" the
   * guest's boot speaks, before the program runs and on a terminal that is not raw yet.
   */
  | { readonly kind: "hello"; readonly version: number; readonly session: string | null }
  /** It has taken the last frame, and waits for the next. */
  | { readonly kind: "taken" }
  | { readonly kind: "output"; readonly id: string; readonly stream: LinkStream; readonly bytes: Buffer }
  /** That was a piece of it; no more comes before this is answered. */
  | { readonly kind: "output-asks"; readonly id: string; readonly stream: LinkStream }
  | { readonly kind: "output-end"; readonly id: string; readonly stream: LinkStream }
  /** The command has read a piece of its input. */
  | { readonly kind: "input-taken"; readonly id: string }
  | { readonly kind: "exit"; readonly id: string; readonly code: number }
  | { readonly kind: "rubbish" };

const HELLO = /^corral (\d{1,4}) ([a-z0-9]{1,24}|-)\r?$/;
const OUTPUT = /^([oe]) ([a-z0-9]{1,24}) ([.?]|(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;
const INPUT_TAKEN = /^t ([a-z0-9]{1,24}) \d{1,10}$/;
const EXIT = /^x ([a-z0-9]{1,24}) (\d{1,3})$/;

const parseLine = (line: string): LinkFrame => {
  if (line === "k") return { kind: "taken" };
  const output = OUTPUT.exec(line);
  if (output !== null) {
    const [, letter, id = "", content = ""] = output;
    const stream = letter === "o" ? "stdout" : "stderr";
    if (content === "?") return { kind: "output-asks", id, stream };
    if (content === ".") return { kind: "output-end", id, stream };
    return { kind: "output", id, stream, bytes: Buffer.from(content, "base64") };
  }
  const [, taken] = INPUT_TAKEN.exec(line) ?? [];
  if (taken !== undefined) return { kind: "input-taken", id: taken };
  const [, exited, code] = EXIT.exec(line) ?? [];
  if (exited !== undefined) return { kind: "exit", id: exited, code: Number(code) };
  const [, version, session] = HELLO.exec(line) ?? [];
  if (version !== undefined) {
    return { kind: "hello", version: Number(version), session: session === "-" ? null : (session ?? null) };
  }
  return { kind: "rubbish" };
};

/** Takes bytes in any pieces. An overlong line is thrown away as it comes, and counts as rubbish. */
export class LinkFrames {
  #line = "";
  #isOverlong = false;

  /** Calls `each` for every frame that is complete now, with the bytes that it took. */
  push(bytes: Uint8Array, each: (frame: LinkFrame, bytes: number) => void): void {
    const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1").split("\n");
    for (const [index, part] of lines.entries()) {
      const isComplete = index < lines.length - 1;
      this.#line += part;
      if (this.#line.length > LINE_MAXIMUM_BYTES) {
        each({ kind: "rubbish" }, this.#line.length);
        this.#line = "";
        this.#isOverlong = true;
      }
      if (!isComplete) continue;
      // Empty lines are the guest's way to end what was torn.
      if (!this.#isOverlong && this.#line !== "") each(parseLine(this.#line), this.#line.length);
      this.#line = "";
      this.#isOverlong = false;
    }
  }

  /** Bytes held of a line that is not complete: never more than a line's maximum. */
  get held(): number {
    return this.#line.length;
  }
}

/** Words quoted for the guest's shell, all in one line; a line feed is the script's variable. Cut to what frames hold. */
export const wordFrames = (words: readonly string[]): Buffer[] => {
  const quoted = Buffer.from(words.map(quoted1).join(" "));
  return pieces(quoted).map((piece) => Buffer.concat([Buffer.from("words "), piece, Buffer.from("\n")]));
};

const quoted1 = (word: string): string => `'${word.replaceAll("'", `'\\''`).replaceAll("\n", `'"$newline"'`)}'`;

/** Bytes of one piece of a command's input. */
export const dataFrames = (id: string, piece: number, bytes: Uint8Array): Buffer[] =>
  pieces(bytes).map((part) => Buffer.concat([Buffer.from(`data ${id} ${piece} ${part.length}\n`), part]));

/** Room for the words before it. */
const PIECE_BYTES = FRAME_MAXIMUM_BYTES - 64;

const pieces = (bytes: Uint8Array): Uint8Array[] => {
  const all: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) all.push(bytes.subarray(at, at + PIECE_BYTES));
  return all;
};
