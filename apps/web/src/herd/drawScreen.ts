import { HERD_BACKGROUND, HERD_FOREGROUND, HERD_RGB, type HerdRun } from "@corral/contracts";
import type { ITheme } from "@xterm/xterm";
import { paletteColour } from "../console/paletteColour.ts";
import type { HerdScreen } from "./HerdFeed.ts";

/** Letters are drawn at this size and scaled: browsers refuse to draw tiny ones at their true width. */
const FONT_PX = 10;
/** Of a monospace font: a letter's width and a line's height, as parts of its size. */
const CELL_WIDTH = 0.6;
const CELL_HEIGHT = 1.2;
/** A console is drawn as if it had at least so many columns and rows, so that letters have about one size in all. */
const LEAST_COLS = 80;
const LEAST_ROWS = 24;

/** A colour of the herd's frames, in CSS. */
export const cssColour = (colour: number, theme: ITheme): string => {
  if (colour === HERD_BACKGROUND) return theme.background ?? "#000000";
  if (colour === HERD_FOREGROUND) return theme.foreground ?? "#ffffff";
  if (colour >= HERD_RGB) return `#${(colour - HERD_RGB).toString(16).padStart(6, "0").slice(-6)}`;
  return paletteColour(colour, theme);
};

/**
 * Draws a screen into a canvas of any size, from its top left. `before`: what the canvas shows already, drawn with the
 * same theme at the same size; only lines that differ are drawn then.
 */
export const drawScreen = (
  canvas: HTMLCanvasElement,
  screen: HerdScreen,
  before: HerdScreen | undefined,
  theme: ITheme,
  font: string,
): void => {
  const context = canvas.getContext("2d", { alpha: false });
  if (context === null) return;
  const cell = { width: FONT_PX * CELL_WIDTH, height: FONT_PX * CELL_HEIGHT };
  const shownRows = Math.max(screen.rows > screen.lines.length ? screen.rows : screen.lines.length, LEAST_ROWS);
  const scale = Math.min(
    canvas.width / (Math.max(Math.min(screen.cols, 160), LEAST_COLS) * cell.width),
    canvas.height / (Math.min(shownRows, 60) * cell.height),
  );
  const samePlace = before !== undefined && before.cols === screen.cols && before.rows === screen.rows;
  context.setTransform(1, 0, 0, 1, 0, 0);
  if (!samePlace) {
    context.fillStyle = cssColour(HERD_BACKGROUND, theme);
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.font = `${FONT_PX}px ${font}`;
  context.textBaseline = "top";

  const line = (row: number) => {
    const y = row * cell.height;
    context.fillStyle = cssColour(HERD_BACKGROUND, theme);
    context.fillRect(0, y, canvas.width / scale, cell.height);
    let x = 0;
    for (const [text, front = HERD_FOREGROUND, behind = HERD_BACKGROUND] of (screen.lines[row] ?? []) as HerdRun[]) {
      const width = columnsOf(text) * cell.width;
      if (behind !== HERD_BACKGROUND) {
        context.fillStyle = cssColour(behind, theme);
        context.fillRect(x, y, width, cell.height);
      }
      context.fillStyle = cssColour(front, theme);
      context.fillText(text, x, y + 1);
      x += width;
    }
    if (screen.cursor?.[1] !== row) return;
    context.fillStyle = theme.cursor ?? cssColour(HERD_FOREGROUND, theme);
    context.fillRect(screen.cursor[0] * cell.width, y, cell.width, cell.height);
  };
  const rows = Math.max(screen.lines.length, before?.lines.length ?? 0, (screen.cursor?.[1] ?? -1) + 1);
  for (let row = 0; row < rows; row++) {
    const cursorMoved = row === screen.cursor?.[1] || row === before?.cursor?.[1];
    if (!samePlace || cursorMoved || screen.lines[row] !== before?.lines[row]) line(row);
  }
};

/** East Asian letters and emoji take two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const MARK = /^\p{M}$/u;

const columnsOf = (text: string): number => {
  let columns = 0;
  for (const letter of text) columns += letter < "\u0300" ? 1 : MARK.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1;
  return columns;
};
