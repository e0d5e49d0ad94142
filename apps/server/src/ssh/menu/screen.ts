import type { SshTerminal } from "../sshTerminal.ts";
import { fit } from "./cells.ts";

export type Look = "plain" | "title" | "chosen" | "dim" | "good" | "moving" | "bad";

/** A piece of a line in one look; `width` cells, or what is left of the line. */
export interface Piece {
  readonly text: string;
  readonly width?: number;
  readonly look?: Look;
}

export type Line = readonly Piece[];

const SGR: Record<Look, string> = {
  plain: "",
  title: "\u001b[1m",
  chosen: "\u001b[7m",
  dim: "\u001b[2m",
  good: "\u001b[32m",
  moving: "\u001b[33m",
  bad: "\u001b[31m",
};
const USUAL = "\u001b[0m";

/** Alternate screen, no cursor, no wrapping, pastes marked as such; and back. */
const OPEN = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[?2004h\u001b[2J";
const CLOSE = "\u001b[?2004l\u001b[?7h\u001b[?25h\u001b[0m\u001b[?1049l";

/** With more than this unsent nothing is drawn: what is newest is drawn when it has gone out. */
const UNSENT_MAXIMUM_BYTES = 32 * 1024;

/** Draws lines on a person's terminal, and sends only those that have changed. */
export class Screen {
  readonly #terminal: SshTerminal;
  #drawn: string[] = [];
  #isOpen = false;

  constructor(terminal: SshTerminal) {
    this.#terminal = terminal;
  }

  draw(lines: readonly Line[]): void {
    if (this.#terminal.bufferedBytes > UNSENT_MAXIMUM_BYTES) return;
    const { cols, rows } = this.#terminal.window;
    let output = this.#isOpen ? "" : OPEN;
    this.#isOpen = true;
    const drawn: string[] = [];
    for (let row = 0; row < rows; row += 1) {
      const text = encoded(lines[row] ?? [], cols);
      drawn.push(text);
      if (text !== this.#drawn[row]) output += `\u001b[${row + 1};1H${text}\u001b[K`;
    }
    this.#drawn = drawn;
    if (output !== "") this.#terminal.write(output);
  }

  /** The window has another size: nothing of what was drawn is where it was. */
  forget(): void {
    this.#drawn = [];
    if (this.#isOpen) this.#terminal.write("\u001b[2J");
  }

  close(): void {
    if (this.#isOpen) this.#terminal.write(CLOSE);
    this.#isOpen = false;
    this.#drawn = [];
  }
}

const encoded = (line: Line, cols: number): string => {
  const isChosen = line.some(({ look }) => look === "chosen");
  let room = cols;
  let text = "";
  for (const { text: words, width = room, look = "plain" } of line) {
    const cells = Math.min(width, room);
    room -= cells;
    text += SGR[isChosen ? "chosen" : look] + fit(words, cells) + USUAL;
  }
  return text;
};
