/** A picture is for a glance: more columns and rows than these are cut off, around the cursor. */
export const PICTURE_MAXIMUM_COLS = 160;
export const PICTURE_MAXIMUM_ROWS = 60;

/**
 * Letters of one look that stand side by side: the text, its colour and the colour behind it. A colour is a number of the
 * 256-colour palette, or RGB_COLOUR plus 24 bits, or one of the two below. Left out: FOREGROUND on BACKGROUND.
 */
export type Run = readonly [text: string, foreground?: number, background?: number];

export const RGB_COLOUR = 0x1000000;
/** The terminal's own colours, whatever the one who looks has chosen. */
export const FOREGROUND = -1;
export const BACKGROUND = -2;

/** What a terminal shows, as plain cells: no scrollback, no modes. */
export interface Picture {
  /** It shows what was printed before this offset. */
  readonly offset: number;
  /** The console's own size. */
  readonly cols: number;
  readonly rows: number;
  /** Each row from the top, without the blanks at its end. At most PICTURE_MAXIMUM_ROWS. */
  readonly lines: readonly (readonly Run[])[];
  /** Column and row in `lines`; null: hidden, or cut off. */
  readonly cursor: readonly [col: number, row: number] | null;
}

/** What of a cell a picture needs: xterm's own has it. */
export interface PictureCell {
  getWidth(): number;
  getChars(): string;
  isInverse(): number;
  isInvisible(): number;
  isFgDefault(): boolean;
  isFgRGB(): boolean;
  getFgColor(): number;
  isBgDefault(): boolean;
  isBgRGB(): boolean;
  getBgColor(): number;
}

/** A letter may carry any number of marks; more than these nobody sees. */
const LETTER_MAXIMUM = 8;

/** One row as runs. `cellAt` may give the same object each time. */
export const runsOf = (cols: number, cellAt: (col: number) => PictureCell | undefined): Run[] => {
  const runs: [string, number, number][] = [];
  for (let col = 0; col < Math.min(cols, PICTURE_MAXIMUM_COLS); col++) {
    const cell = cellAt(col);
    // The second half of a wide letter.
    if (cell === undefined || cell.getWidth() === 0) continue;
    const fg = colourOf(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor(), FOREGROUND);
    const bg = colourOf(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor(), BACKGROUND);
    const [front, behind] = cell.isInverse() ? [bg, fg] : [fg, bg];
    const chars = cell.isInvisible() ? " " : cell.getChars().slice(0, LETTER_MAXIMUM) || " ";
    // A blank has no colour of its own: it goes on with the run before it.
    const last = runs.at(-1);
    if (last !== undefined && last[2] === behind && (last[1] === front || chars === " ")) last[0] += chars;
    else runs.push([chars, front, behind]);
  }
  trimEnd(runs);
  return runs.map(([text, front, behind]) =>
    behind !== BACKGROUND ? [text, front, behind] : front !== FOREGROUND ? [text, front] : [text],
  );
};

const colourOf = (isDefault: boolean, isRgb: boolean, colour: number, own: number): number => {
  if (isDefault) return own;
  return isRgb ? RGB_COLOUR + colour : colour;
};

const trimEnd = (runs: [string, number, number][]): void => {
  for (let last = runs.at(-1); last !== undefined && last[2] === BACKGROUND; last = runs.at(-1)) {
    last[0] = last[0].trimEnd();
    if (last[0] !== "") return;
    runs.pop();
  }
};
