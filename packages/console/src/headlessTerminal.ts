import serializeAddon from "@xterm/addon-serialize";
import headless from "@xterm/headless";
import { UnicodeGraphemesAddon } from "./graphemes.ts";
import { NEW_TERMINAL } from "./newTerminal.ts";
import { PICTURE_MAXIMUM_COLS, PICTURE_MAXIMUM_ROWS, type Picture, runsOf } from "./picture.ts";

/*
 * xterm.js without a display, parsing at once instead of in a timer of its own: so a hostile guest's output can be cut
 * into slices, its cost measured, and an exception caught where it would otherwise end the process. That and what the
 * serialize addon leaves out need xterm's internals, which are named in `Core` and nowhere else. The versions are
 * pinned; headlessTerminal.test.ts fails when an update moves them.
 */

/** Lines above the screen that a snapshot carries. Older history is in the log. 1,000 lines of text are 2 MB here. */
const SCROLLBACK_LINES = 1000;
/** Characters of a snapshot with its scrollback; a bigger one is sent without. */
const TEXT_MAXIMUM = 1024 * 1024;
/** Characters of a snapshot without scrollback: 500 × 300 cells, each with a colour of its own, are 3 million. */
const BARE_TEXT_MAXIMUM = 4 * 1024 * 1024;

interface Params {
  readonly params: Int32Array;
}

interface Core {
  writeSync(data: string | Uint8Array): void;
  registerCsiHandler(id: { final: string }, callback: (params: Params) => boolean): unknown;
  readonly _inputHandler: {
    readonly _parser: { readonly currentState: number };
    readonly _utf8Decoder: { readonly interim: Uint8Array };
  };
  readonly _bufferService: { readonly buffer: { readonly scrollTop: number; readonly scrollBottom: number } };
  readonly _charsetService: { readonly glevel: number; readonly _charsets: (Record<string, string> | undefined)[] };
  readonly coreService: { readonly isCursorHidden: boolean };
  readonly coreMouseService: { readonly activeEncoding: string };
}

const NEW_TERMINAL_BYTES = Buffer.from(NEW_TERMINAL);
const PARSER_GROUND_STATE = 0;
const MOUSE_ENCODINGS: Record<string, string> = { SGR: "\x1b[?1006h", SGR_PIXELS: "\x1b[?1016h" };

export class HeadlessTerminal {
  readonly #terminal: InstanceType<typeof headless.Terminal>;
  readonly #serializer = new serializeAddon.SerializeAddon();
  readonly #core: Core;

  constructor(cols: number, rows: number) {
    this.#terminal = new headless.Terminal({
      cols,
      rows,
      scrollback: SCROLLBACK_LINES,
      allowProposedApi: true,
      logLevel: "off",
    });
    this.#terminal.loadAddon(this.#serializer);
    this.#terminal.loadAddon(new UnicodeGraphemesAddon());
    this.#core = (this.#terminal as unknown as { _core: Core })._core;
    this.#boundRepetition();
  }

  get cols(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  /** Parses at once. Throws whatever the parser throws; the terminal is of no use after that. */
  write(data: string | Uint8Array): void {
    this.#core.writeSync(data);
  }

  resize(cols: number, rows: number): void {
    this.#terminal.resize(cols, rows);
  }

  /** Forgets its modes and what was unfinished, and shows what it showed. */
  renew(): void {
    this.write(NEW_TERMINAL_BYTES);
  }

  /** Empties it and forgets its modes. */
  reset(): void {
    this.#terminal.reset();
  }

  /** Inside an escape sequence that is not complete. */
  get inSequence(): boolean {
    return this.#core._inputHandler._parser.currentState !== PARSER_GROUND_STATE;
  }

  /** Inside a character of several bytes that is not complete. */
  get inCharacter(): boolean {
    return this.#core._inputHandler._utf8Decoder.interim[0] !== 0;
  }

  /**
   * Text that draws this terminal's contents, cursor and modes when written to an empty one of the same size. null when
   * that would be too long, which no honest program's screen is.
   */
  text(): string | null {
    const withScrollback = this.#serializer.serialize();
    const text = withScrollback.length <= TEXT_MAXIMUM ? withScrollback : this.#serializer.serialize({ scrollback: 0 });
    return text.length <= BARE_TEXT_MAXIMUM ? text + this.#furtherModes() : null;
  }

  /** What it shows, without its history. */
  picture(): Omit<Picture, "offset"> {
    const { active } = this.#terminal.buffer;
    const { cols, rows } = this;
    // Around the cursor, where there is more than a picture holds.
    const first = Math.min(
      Math.max(0, active.cursorY - PICTURE_MAXIMUM_ROWS + 1),
      Math.max(0, rows - PICTURE_MAXIMUM_ROWS),
    );
    const cell = active.getNullCell();
    const lines = Array.from({ length: Math.min(rows, PICTURE_MAXIMUM_ROWS) }, (_, row) => {
      const line = active.getLine(active.baseY + first + row);
      return line === undefined ? [] : runsOf(cols, (col) => line.getCell(col, cell));
    });
    const shown = !this.#core.coreService.isCursorHidden && active.cursorX < PICTURE_MAXIMUM_COLS;
    return { cols, rows, lines, cursor: shown ? [active.cursorX, active.cursorY - first] : null };
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  /** What the serialize addon leaves out: line drawing, scroll region, hidden cursor, the mouse's encoding. */
  #furtherModes(): string {
    const core = this.#core;
    const { scrollTop, scrollBottom } = core._bufferService.buffer;
    const { originMode } = this.#terminal.modes;
    let text = "";
    if (originMode || scrollTop !== 0 || scrollBottom !== this.rows - 1) {
      const { cursorX, cursorY } = this.#terminal.buffer.active;
      const row = cursorY - (originMode ? scrollTop : 0) + 1;
      text += `\x1b[${scrollTop + 1};${scrollBottom + 1}r\x1b[${row};${Math.min(cursorX + 1, this.cols)}H`;
    }
    const [g0, g1] = core._charsetService._charsets;
    if (g0?.q === "─") text += "\x1b(0";
    if (g1?.q === "─") text += "\x1b)0";
    if (core._charsetService.glevel === 1) text += "\x0e";
    if (core.coreService.isCursorHidden) text += "\x1b[?25l";
    return text + (MOUSE_ENCODINGS[core.coreMouseService.activeEncoding] ?? "");
  }

  /**
   * xterm repeats scrolling, line insertion, tabs and REP as often as the sequence says, up to 2³¹ times: one such
   * sequence would hold up the process for minutes. More repetitions than there are rows, columns or cells change
   * nothing more, so the number is cut to that before xterm's own handler sees it.
   */
  #boundRepetition(): void {
    const bounds: Record<string, () => number> = {
      S: () => this.rows,
      T: () => this.rows,
      "^": () => this.rows,
      L: () => this.rows,
      M: () => this.rows,
      I: () => this.cols,
      Z: () => this.cols,
      b: () => this.rows * this.cols,
    };
    for (const [final, bound] of Object.entries(bounds)) {
      this.#core.registerCsiHandler({ final }, ({ params }) => {
        params[0] = Math.min(params[0] ?? 0, bound());
        return false;
      });
    }
  }
}
