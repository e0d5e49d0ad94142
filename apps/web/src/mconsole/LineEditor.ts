/** Lines that are remembered. */
const HISTORY_MAXIMUM = 200;
/** The longest line that mconsole takes. */
const LINE_MAXIMUM = 511;

export interface LineEditorOptions {
  readonly write: (text: string) => void;
  readonly complete: (typed: string) => readonly string[];
  readonly onLine: (line: string) => void;
}

/** A line that is typed in a terminal: editing, history, completion. Knows neither xterm nor mconsole. */
export class LineEditor {
  readonly #options: LineEditorOptions;
  readonly #history: string[] = [];
  #prompt = "";
  #line = "";
  #cursor = 0;
  /** Counted from the end; 0 is the line being typed. */
  #back = 0;
  #busy = true;

  constructor(options: LineEditorOptions) {
    this.#options = options;
  }

  /** A new line may be typed. */
  begin(prompt: string): void {
    this.#prompt = prompt;
    this.#line = "";
    this.#cursor = 0;
    this.#back = 0;
    this.#busy = false;
    this.#options.write(prompt);
  }

  /** What a terminal sends for keys and pastes. Ignored while a line is being answered. */
  type(data: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: cursor keys are escape sequences
    for (const key of data.match(/\u001b(?:\[[0-9;]*[A-Za-z~]|O[A-Z])|[\s\S]/gu) ?? [])
      if (!this.#busy) this.#press(key);
  }

  #press(key: string): void {
    const press = KEYS[key];
    if (press !== undefined) press(this);
    else if (!/\p{Cc}/u.test(key) && this.#line.length < LINE_MAXIMUM) this.insert(key);
  }

  insert(text: string): void {
    this.#set(this.#line.slice(0, this.#cursor) + text + this.#line.slice(this.#cursor), this.#cursor + text.length);
  }

  move(to: "start" | "end" | -1 | 1): void {
    const next = to === "start" ? 0 : to === "end" ? this.#line.length : this.#cursor + to;
    this.#set(this.#line, Math.max(0, Math.min(this.#line.length, next)));
  }

  /** `from` and `to` are counted from the cursor. */
  erase(from: number, to: number): void {
    const begin = Math.max(0, this.#cursor + from);
    this.#set(this.#line.slice(0, begin) + this.#line.slice(Math.max(0, this.#cursor + to)), begin);
  }

  remember(step: -1 | 1): void {
    const back = Math.max(0, Math.min(this.#history.length, this.#back - step));
    if (back === this.#back) return;
    this.#back = back;
    const line = back === 0 ? "" : (this.#history.at(-back) ?? "");
    this.#set(line, line.length);
  }

  complete(): void {
    const found = this.#options.complete(this.#line);
    const [first = ""] = found;
    const shared = found.reduce((common, each) => {
      let length = 0;
      while (length < common.length && common[length] === each[length]) length += 1;
      return common.slice(0, length);
    }, first);
    if (shared.length > this.#line.length) this.#set(found.length === 1 ? `${shared} ` : shared, LINE_MAXIMUM);
    else if (found.length > 1) {
      this.#options.write(`\r\n${found.map((each) => each.split(" ").at(-1)).join("  ")}\r\n`);
      this.#draw();
    }
  }

  cancel(): void {
    this.#options.write("^C\r\n");
    this.begin(this.#prompt);
  }

  enter(): void {
    const line = this.#line.trim();
    this.#options.write("\r\n");
    this.#busy = true;
    if (line !== "" && this.#history.at(-1) !== line) this.#history.push(line);
    if (this.#history.length > HISTORY_MAXIMUM) this.#history.shift();
    this.#options.onLine(line);
  }

  #set(line: string, cursor: number): void {
    this.#line = line.slice(0, LINE_MAXIMUM);
    this.#cursor = Math.min(cursor, this.#line.length);
    this.#draw();
  }

  #draw(): void {
    const behind = this.#line.length - this.#cursor;
    this.#options.write(`\r\u001b[K${this.#prompt}${this.#line}${behind === 0 ? "" : `\u001b[${behind}D`}`);
  }
}

const KEYS: Readonly<Record<string, (editor: LineEditor) => void>> = {
  "\r": (editor) => editor.enter(),
  "\n": (editor) => editor.enter(),
  "\t": (editor) => editor.complete(),
  "\u007f": (editor) => editor.erase(-1, 0),
  "\b": (editor) => editor.erase(-1, 0),
  "\u001b[3~": (editor) => editor.erase(0, 1),
  "\u0001": (editor) => editor.move("start"),
  "\u0005": (editor) => editor.move("end"),
  "\u001b[H": (editor) => editor.move("start"),
  "\u001b[F": (editor) => editor.move("end"),
  "\u001b[D": (editor) => editor.move(-1),
  "\u001b[C": (editor) => editor.move(1),
  "\u001b[A": (editor) => editor.remember(-1),
  "\u001b[B": (editor) => editor.remember(1),
  "\u0015": (editor) => editor.erase(Number.NEGATIVE_INFINITY, 0),
  "\u000b": (editor) => editor.erase(0, Number.POSITIVE_INFINITY),
  "\u0003": (editor) => editor.cancel(),
};
