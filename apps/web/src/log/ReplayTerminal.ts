import "@xterm/xterm/css/xterm.css";

import { type ITheme, Terminal } from "@xterm/xterm";
import { BoundedGraphemesAddon } from "../console/BoundedGraphemesAddon.ts";
import { boundRepetition } from "../console/boundRepetition.ts";

/** Height of a cell for each pixel of its letters, about. */
const CELL = { width: 0.61, height: 1.2 } as const;
const FONT_SIZE_SMALLEST = 5;

/** A terminal that shows a recording: nobody types into it, and what it answers is heard by nobody. */
export class ReplayTerminal {
  readonly terminal: Terminal;
  readonly #host: HTMLElement;
  readonly #observer: ResizeObserver;
  readonly #fontSize: number;

  constructor(host: HTMLElement, theme: ITheme, fontSize: number) {
    this.#host = host;
    this.#fontSize = fontSize;
    this.terminal = new Terminal({
      allowProposedApi: true,
      disableStdin: true,
      cursorInactiveStyle: "outline",
      drawBoldTextInBrightColors: false,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--font-code"),
      fontSize,
      // What a guest prints wrongly is nobody's error here.
      logLevel: "off",
      minimumContrastRatio: 3,
      scrollback: 0,
      theme,
    });
    this.terminal.loadAddon(new BoundedGraphemesAddon());
    boundRepetition(this.terminal);
    this.terminal.open(host);
    this.terminal.textarea?.setAttribute("tabindex", "-1");
    this.terminal.onResize(() => this.#fit());
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(host);
  }

  dispose(): void {
    this.#observer.disconnect();
    this.terminal.dispose();
  }

  /** A recording has its own size: the letters adapt. */
  #fit(): void {
    const { cols, rows, options } = this.terminal;
    const { clientWidth, clientHeight } = this.#host;
    const wide = clientWidth / (cols * CELL.width);
    const high = clientHeight / (rows * CELL.height);
    const fontSize = Math.max(FONT_SIZE_SMALLEST, Math.floor(Math.min(this.#fontSize, wide, high)));
    if (options.fontSize !== fontSize) options.fontSize = fontSize;
  }
}
