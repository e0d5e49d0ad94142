import type { ITheme } from "@xterm/xterm";
import type { CSSProperties } from "react";
import { paletteColour } from "../console/paletteColour.ts";

/** A colour as a terminal names it: 0–255 of the palette, or #rrggbb. */
type Colour = number | string;

/** How letters look (SGR). Never changed: a changed style is another object. */
export interface TextStyle {
  readonly foreground?: Colour;
  readonly background?: Colour;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
  readonly strike?: boolean;
}

export const PLAIN: TextStyle = {};

/** The style after `CSI <parameters> m`. What is not known changes nothing. */
export const styleAfter = (style: TextStyle, parameters: string): TextStyle => {
  const codes = parameters.split(/[;:]/).map((text) => (text === "" ? 0 : Number(text)));
  let next = style;
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 38 || code === 48) {
      const { colour, used } = extendedColour(codes.slice(index + 1));
      index += used;
      if (colour !== undefined) next = { ...next, [code === 38 ? "foreground" : "background"]: colour };
    } else next = afterCode(next, code);
  }
  return next;
};

const SWITCHES: Readonly<Record<number, TextStyle>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
};

const afterCode = (style: TextStyle, code: number): TextStyle => {
  if (code === 0) return PLAIN;
  const { foreground: _foreground, ...withoutForeground } = style;
  const { background: _background, ...withoutBackground } = style;
  if (code === 39) return withoutForeground;
  if (code === 49) return withoutBackground;
  if (code >= 30 && code <= 37) return { ...style, foreground: code - 30 };
  if (code >= 90 && code <= 97) return { ...style, foreground: code - 90 + 8 };
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 };
  if (code >= 100 && code <= 107) return { ...style, background: code - 100 + 8 };
  return { ...style, ...SWITCHES[code] };
};

const extendedColour = ([kind, ...rest]: readonly number[]): { colour?: Colour; used: number } => {
  const byte = (value: number | undefined) => Math.min(255, Math.max(0, Math.trunc(value ?? 0) || 0));
  if (kind === 5) return { colour: byte(rest[0]), used: 2 };
  if (kind !== 2) return { used: 1 };
  const hex = rest.slice(0, 3).map((value) => byte(value).toString(16).padStart(2, "0"));
  return { colour: `#${hex.join("").padEnd(6, "0")}`, used: 4 };
};

const colourOf = (colour: Colour | undefined, theme: ITheme): string | undefined =>
  typeof colour === "number" ? paletteColour(colour, theme) : colour;

/** undefined: as the text around it. */
export const cssOf = (style: TextStyle, theme: ITheme): CSSProperties | undefined => {
  if (style === PLAIN) return undefined;
  const own = colourOf(style.foreground, theme);
  const behind = colourOf(style.background, theme);
  const foreground = style.inverse ? (behind ?? theme.background) : own;
  const background = style.inverse ? (own ?? theme.foreground) : behind;
  const lines = [style.underline && "underline", style.strike && "line-through"].filter(Boolean).join(" ");
  return {
    ...(foreground !== undefined && { color: foreground }),
    ...(background !== undefined && { backgroundColor: background }),
    ...(style.bold && { fontWeight: 600 }),
    ...(style.dim && { opacity: 0.65 }),
    ...(style.italic && { fontStyle: "italic" }),
    ...(lines !== "" && { textDecoration: lines }),
  };
};
