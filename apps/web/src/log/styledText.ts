import { PLAIN, styleAfter, type TextStyle } from "./textStyle.ts";

export interface Span {
  readonly text: string;
  readonly style: TextStyle;
}

/** Columns of a line that are kept: a guest may move its cursor as far as it likes. */
const COLUMNS_MAXIMUM = 2000;
const TAB_COLUMNS = 8;

/**
 * What a line of output is made of: CSI sequences, strings (OSC and its like) up to their end, other escapes, single
 * controls, and text.
 */
const TOKEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  /(?:\u001b\[|\u009b)([0-?]*)[ -/]*([@-~]|$)|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c|$)?|\u001b[ -/]*[0-~]?|([\u0000-\u001f\u007f-\u009f])|[^\u0000-\u001f\u007f-\u009f]+/g;

/**
 * Makes lines of console output into lines to read, one after the other: colours stay, what a shell corrects on its
 * line is corrected, and where a program moves about on the screen, a new line begins. No escape sequence is left.
 */
export class StyledText {
  #style: TextStyle = PLAIN;
  #letters: string[] = [];
  #styles: TextStyle[] = [];
  #column = 0;
  #lines: Span[][] = [];

  /** The lines that this one becomes; at least one. */
  line(text: string): readonly Span[][] {
    this.#lines = [];
    for (const match of text.matchAll(TOKEN)) {
      const [token, parameters, final, control] = match;
      if (final !== undefined) this.#sequence(parameters ?? "", final);
      else if (control !== undefined) this.#control(control);
      else if (token[0] !== "\u001b" && !isControl(token)) this.#print(token);
    }
    if (this.#letters.length > 0 || this.#lines.length === 0) this.#breakLine();
    return this.#lines;
  }

  #print(text: string): void {
    for (const letter of text) {
      if (this.#column >= COLUMNS_MAXIMUM) return;
      this.#goTo(this.#column);
      this.#letters[this.#column] = letter;
      this.#styles[this.#column] = this.#style;
      this.#column += 1;
    }
  }

  #control(control: string): void {
    if (control === "\r") this.#column = 0;
    else if (control === "\b") this.#column = Math.max(0, this.#column - 1);
    else if (control === "\t") this.#goTo((Math.floor(this.#column / TAB_COLUMNS) + 1) * TAB_COLUMNS);
  }

  #sequence(parameters: string, final: string): void {
    if (/^[<-?]/.test(parameters)) return;
    if (final === "m") this.#style = styleAfter(this.#style, parameters);
    const count = Math.min(COLUMNS_MAXIMUM, Math.max(1, Number.parseInt(parameters, 10) || 1));
    switch (final) {
      case "C":
        this.#goTo(this.#column + count);
        break;
      case "D":
        this.#column = Math.max(0, this.#column - count);
        break;
      case "G":
        this.#goTo(count - 1);
        break;
      case "P":
        this.#letters.splice(this.#column, count);
        this.#styles.splice(this.#column, count);
        break;
      case "J":
      case "K":
        this.#erase(parameters);
        break;
      case "A":
      case "B":
      case "H":
      case "d":
      case "f":
        if (this.#letters.length > 0) this.#breakLine();
        break;
    }
  }

  #erase(parameters: string): void {
    // Everything on the line or the screen: what stood there was printed all the same, and is history.
    if (parameters === "2" || parameters === "3") return;
    if (parameters === "1") this.#letters.fill(" ", 0, this.#column);
    else {
      this.#letters.length = Math.min(this.#letters.length, this.#column);
      this.#styles.length = this.#letters.length;
    }
  }

  #goTo(column: number): void {
    this.#column = Math.min(COLUMNS_MAXIMUM, column);
    while (this.#letters.length < this.#column) {
      this.#letters.push(" ");
      this.#styles.push(PLAIN);
    }
  }

  #breakLine(): void {
    const spans: { text: string; style: TextStyle }[] = [];
    for (const [index, letter] of this.#letters.entries()) {
      const style = this.#styles[index] ?? PLAIN;
      const last = spans.at(-1);
      if (last?.style === style) last.text += letter;
      else spans.push({ text: letter, style });
    }
    this.#lines.push(spans);
    this.#letters = [];
    this.#styles = [];
    this.#column = 0;
  }
}

const isControl = (token: string): boolean => {
  const code = token.charCodeAt(0);
  return code < 0x20 || (code >= 0x7f && code <= 0x9f);
};
