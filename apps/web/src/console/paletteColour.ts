import type { ITheme } from "@xterm/xterm";

const NAMES = [
  "black",
  "red",
  "green",
  "yellow",
  "blue",
  "magenta",
  "cyan",
  "white",
  "brightBlack",
  "brightRed",
  "brightGreen",
  "brightYellow",
  "brightBlue",
  "brightMagenta",
  "brightCyan",
  "brightWhite",
] as const satisfies readonly (keyof ITheme)[];
const CUBE_BEGIN = 16;
const GREYS_BEGIN = 232;
/** Levels of the 6 × 6 × 6 cube of the palette. */
const LEVELS = [0, 95, 135, 175, 215, 255] as const;

/** A colour of a terminal's palette, 0 to 255, in CSS: sixteen of the theme's, a cube, and greys. */
export const paletteColour = (colour: number, theme: ITheme): string => {
  const name = NAMES[colour];
  if (name !== undefined) return theme[name] ?? "#808080";
  if (colour >= GREYS_BEGIN) {
    const grey = 8 + 10 * (colour - GREYS_BEGIN);
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const cube = colour - CUBE_BEGIN;
  return `rgb(${LEVELS[Math.floor(cube / 36)]} ${LEVELS[Math.floor(cube / 6) % 6]} ${LEVELS[cube % 6]})`;
};
