import "@xterm/xterm/css/xterm.css";
import { ClipboardAddon } from "@xterm/addon-clipboard";
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";

import { WebLinksAddon } from "@xterm/addon-web-links";
import { WebglAddon } from "@xterm/addon-webgl";
import { type ITheme, Terminal } from "@xterm/xterm";
import { BoundedGraphemesAddon } from "./BoundedGraphemesAddon.ts";
import { boundRepetition } from "./boundRepetition.ts";
import type { Size } from "./ConsoleStatus.ts";
import { longLineOf } from "./longLine.ts";
import type { ConsolePreferences } from "./preferences.ts";
import { terminalTheme } from "./terminalThemes.ts";

/** Lines above the screen that can be scrolled to; older ones are in the log. */
const SCROLLBACK_LINES = 5000;
/** A window that is being dragged changes its size at every frame; the guest need not hear of each. */
const FIT_AFTER_MS = 60;
/** A spy's letters get smaller so that a big console fits, but not smaller than can be read. */
const SPY_FONT_SIZE_SMALLEST = 6;
/** A paste of more lines is shown first: each line is a command to a shell. */
const PASTE_WITHOUT_ASKING_LINES = 5;
/** A longer paste is typed in pieces, each when the guest has echoed the one before: a busy tty drops what comes at once. */
const PASTE_AT_ONCE_CHARACTERS = 200;

/** Whether a person is shown a paste before it is typed. */
export const asksBeforePaste = (text: string): boolean =>
  text.trimEnd().split("\n").length > PASTE_WITHOUT_ASKING_LINES || longLineOf(text) !== undefined;

export interface TerminalViewOptions {
  readonly host: HTMLElement;
  readonly preferences: ConsolePreferences;
  readonly dark: boolean;
  /** `room` changed. */
  readonly onFit: (size: Size) => void;
  readonly onLargePaste: (text: string) => void;
  /** The key that leads out of the console. */
  readonly onLeave: () => void;
  readonly onFind: () => void;
  /** The key that makes the terminal a new one; left out: it is the program's like any other. */
  readonly onReset?: () => void;
}

/** xterm.js in the page: renderer, fonts, clipboard, keys that are ours. Knows nothing of guests. */
export class TerminalView {
  readonly terminal: Terminal;
  readonly search = new SearchAddon();
  readonly #options: TerminalViewOptions;
  readonly #fit = new FitAddon();
  readonly #observer: ResizeObserver;
  readonly #ended = new AbortController();
  #preferences: ConsolePreferences;
  #fitTimer: ReturnType<typeof setTimeout> | undefined;
  #room: Size | undefined;
  /** Set while the console's size is another's, so that the letters adapt instead of the size. */
  #letterbox: Size | undefined;
  #webgl = false;

  constructor(options: TerminalViewOptions) {
    this.#options = options;
    this.#preferences = options.preferences;
    this.terminal = new Terminal({
      allowProposedApi: true,
      cursorBlink: true,
      cursorInactiveStyle: "outline",
      drawBoldTextInBrightColors: false,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--font-code"),
      fontSize: options.preferences.fontSize,
      // What a guest prints wrongly is nobody's error here.
      logLevel: "off",
      macOptionIsMeta: true,
      minimumContrastRatio: 3,
      rescaleOverlappingGlyphs: true,
      rightClickSelectsWord: false,
      screenReaderMode: options.preferences.screenReader,
      scrollback: SCROLLBACK_LINES,
      theme: terminalTheme(options.preferences.theme, options.dark),
    });
    this.terminal.loadAddon(this.#fit);
    this.terminal.loadAddon(this.search);
    this.terminal.loadAddon(new BoundedGraphemesAddon());
    this.terminal.loadAddon(new WebLinksAddon(openLink));
    this.terminal.loadAddon(new ClipboardAddon(undefined, guestClipboard(options.host)));
    boundRepetition(this.terminal);
    this.terminal.open(options.host);
    this.#drawWithWebgl();

    const { signal } = this.#ended;
    this.terminal.attachCustomKeyEventHandler((event) => this.#isForGuest(event));
    options.host.addEventListener("paste", (event) => this.#onPaste(event), { capture: true, signal });
    options.host.addEventListener("pointerup", () => this.#onSelected(), { signal });
    this.#observer = new ResizeObserver(() => this.#fitSoon());
    this.#observer.observe(options.host);
    this.#fitNow();
  }

  /** `on`: the guest is; a cursor where nobody can answer would be a lie. */
  apply(preferences: ConsolePreferences, dark: boolean, on: boolean): void {
    this.#preferences = preferences;
    this.terminal.options.screenReaderMode = preferences.screenReader;
    const theme = terminalTheme(preferences.theme, dark);
    this.terminal.options.theme = on ? theme : withoutCursor(theme);
    this.#fitNow();
  }

  /** A spy sees the console at its true size, in letters that fit; `undefined`: the console follows this window. */
  letterbox(size: Size | undefined): void {
    this.#letterbox = size;
    this.#fitNow();
  }

  /** A thin line across the terminal where a boot begins. */
  markBoot(words: string): void {
    const marker = this.terminal.registerMarker(0);
    const decoration = this.terminal.registerDecoration({ marker, width: this.terminal.cols, layer: "top" });
    decoration?.onRender((element) => {
      element.classList.add("boot-mark");
      // Above the line, where there usually is the end of a short one; the first line has nothing above.
      if (marker.line > 0) element.dataset.words = words;
    });
  }

  /** What the window has room for, at the font size that was chosen. */
  room(): Size {
    return this.#room ?? { cols: this.terminal.cols, rows: this.terminal.rows };
  }

  /** As if it were typed. */
  type(data: string): void {
    this.terminal.focus();
    this.terminal.input(data);
  }

  async copy(): Promise<void> {
    const selected = this.terminal.getSelection();
    // Over plain http from another machine a browser has no clipboard: the selection is still there for its own menu.
    if (selected !== "") await navigator.clipboard?.writeText(selected).catch(() => {});
  }

  dispose(): void {
    this.#ended.abort();
    this.#observer.disconnect();
    clearTimeout(this.#fitTimer);
    this.terminal.dispose();
  }

  #drawWithWebgl(): void {
    try {
      const webgl = new WebglAddon();
      // The browser may take the context away; xterm then goes on with its DOM renderer.
      webgl.onContextLoss(() => {
        webgl.dispose();
        this.#webgl = false;
        this.#fitNow();
      });
      this.terminal.loadAddon(webgl);
      this.#webgl = true;
    } catch {
      // No WebGL2 here: the DOM renderer stays.
    }
  }

  /** False: it is the page's. */
  #isForGuest(event: KeyboardEvent): boolean {
    const { ctrlKey, metaKey, shiftKey, key } = event;
    const down = event.type === "keydown";
    const ours = (action: () => void): boolean => {
      if (down) {
        event.preventDefault();
        action();
      }
      return false;
    };
    if (ctrlKey && (key === "F6" || (shiftKey && key === "Escape"))) return ours(() => this.#options.onLeave());
    // Goes on to the page, which opens the palette.
    if ((ctrlKey || metaKey) && shiftKey && key.toLowerCase() === "k") return false;
    if (ctrlKey && shiftKey && key.toLowerCase() === "c") return ours(() => void this.copy());
    if (ctrlKey && shiftKey && key.toLowerCase() === "v") return false;
    const { onReset } = this.#options;
    if (ctrlKey && shiftKey && key.toLowerCase() === "x" && onReset !== undefined) return ours(onReset);
    if ((ctrlKey || metaKey) && shiftKey && key.toLowerCase() === "f") return ours(() => this.#options.onFind());
    return true;
  }

  #onPaste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text.length <= PASTE_AT_ONCE_CHARACTERS && !asksBeforePaste(text)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#options.onLargePaste(text);
  }

  #onSelected(): void {
    if (this.#preferences.copyOnSelect) void this.copy();
  }

  #fitSoon(): void {
    clearTimeout(this.#fitTimer);
    this.#fitTimer = setTimeout(() => this.#fitNow(), FIT_AFTER_MS);
  }

  #fitNow(): void {
    clearTimeout(this.#fitTimer);
    const room = this.#fit.proposeDimensions();
    if (room === undefined || !Number.isFinite(room.cols) || !Number.isFinite(room.rows)) return;
    const { options } = this.terminal;
    const chosen = this.#preferences.fontSize;
    // What fits at the size in use tells what fits at any other: cells grow with their letters.
    const scale = (options.fontSize ?? chosen) / chosen;
    const size = { cols: Math.floor(room.cols * scale), rows: Math.floor(room.rows * scale) };
    const wanted = this.#letterbox === undefined ? chosen : fontSizeFor(this.#letterbox, size, chosen);
    if (options.fontSize !== wanted) options.fontSize = wanted;
    const spacing = this.#webgl ? lostWidth(`${wanted}px ${options.fontFamily}`) : 0;
    if (options.letterSpacing !== spacing) options.letterSpacing = spacing;
    // Cells are whole pixels, so that only what was measured at the chosen size is exact.
    const exact = wanted === chosen ? (this.#fit.proposeDimensions() ?? size) : size;
    if (exact.cols === this.#room?.cols && exact.rows === this.#room.rows) return;
    this.#room = exact;
    this.#options.onFit(exact);
  }
}

/**
 * The WebGL renderer cuts a cell's width down to whole pixels of the device, and letters run into each other where much
 * was cut off. This is 1 where half a pixel or more is lost, else 0.
 */
const lostWidth = (font: string): number => {
  const context = document.createElement("canvas").getContext("2d");
  if (context === null) return 0;
  context.font = font;
  const width = context.measureText("W").width * window.devicePixelRatio;
  return Math.round(width) - Math.floor(width);
};

const withoutCursor = (theme: ITheme): ITheme => ({ ...theme, cursor: theme.background ?? "#000000" });

const fontSizeFor = (console: Size, room: Size, chosen: number): number =>
  Math.max(
    SPY_FONT_SIZE_SMALLEST,
    Math.floor(chosen * Math.min(1, room.cols / console.cols, room.rows / console.rows)),
  );

const openLink = (event: MouseEvent, uri: string): void => {
  // A plain click selects; and a guest's link must learn nothing of this page.
  if (event.ctrlKey || event.metaKey) window.open(uri, "_blank", "noopener,noreferrer");
};

/**
 * A guest may put text on the clipboard (OSC 52), as vim and tmux do, while a person works in its console. It may
 * never read what a person copied.
 */
const guestClipboard = (host: HTMLElement) => ({
  readText: () => "",
  writeText: async (_selection: string, text: string) => {
    if (host.contains(document.activeElement)) await navigator.clipboard?.writeText(text).catch(() => {});
  },
});
