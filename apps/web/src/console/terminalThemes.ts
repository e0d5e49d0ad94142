import type { ITheme } from "@xterm/xterm";

/* The terminal draws on a canvas, where CSS variables do not reach; backgrounds are those of tokens.css. */

const dark: ITheme = {
  background: "#0b0c0e",
  foreground: "#d6d8dc",
  cursor: "#ededef",
  cursorAccent: "#0b0c0e",
  selectionBackground: "#ffffff38",
  selectionInactiveBackground: "#ffffff22",
  scrollbarSliderBackground: "#ffffff1f",
  scrollbarSliderHoverBackground: "#ffffff33",
  scrollbarSliderActiveBackground: "#ffffff4d",
  black: "#2b2e34",
  red: "#ff6b66",
  green: "#56c271",
  yellow: "#dbaa4c",
  blue: "#6ea8fe",
  magenta: "#c68cf0",
  cyan: "#4fc1c9",
  white: "#c9ccd1",
  brightBlack: "#6c717a",
  brightRed: "#ff8f8a",
  brightGreen: "#7fdc95",
  brightYellow: "#f0c674",
  brightBlue: "#97c3ff",
  brightMagenta: "#dcb3fa",
  brightCyan: "#7bdbe1",
  brightWhite: "#ffffff",
};

const light: ITheme = {
  background: "#fdfdfd",
  foreground: "#24262b",
  cursor: "#17181b",
  cursorAccent: "#fdfdfd",
  selectionBackground: "#10182826",
  selectionInactiveBackground: "#10182818",
  scrollbarSliderBackground: "#1018281f",
  scrollbarSliderHoverBackground: "#10182833",
  scrollbarSliderActiveBackground: "#1018284d",
  black: "#24262b",
  red: "#c0262c",
  green: "#12803c",
  yellow: "#8a5d00",
  blue: "#1f5fcf",
  magenta: "#8a3fc0",
  cyan: "#0b7480",
  white: "#7d828b",
  brightBlack: "#5c616a",
  brightRed: "#a81d23",
  brightGreen: "#0d6a30",
  brightYellow: "#734d00",
  brightBlue: "#174fb0",
  brightMagenta: "#7430a6",
  brightCyan: "#075f69",
  brightWhite: "#3a3d43",
};

/** Everything in shades of one colour, as the tubes were. */
const tube = (background: string, dim: string, normal: string, bright: string): ITheme => ({
  ...dark,
  background,
  foreground: normal,
  cursor: bright,
  cursorAccent: background,
  black: background,
  brightBlack: dim,
  ...Object.fromEntries(["red", "green", "yellow", "blue", "magenta", "cyan", "white"].map((name) => [name, normal])),
  ...Object.fromEntries(
    ["brightRed", "brightGreen", "brightYellow", "brightBlue", "brightMagenta", "brightCyan", "brightWhite"].map(
      (name) => [name, bright],
    ),
  ),
});

const contrast: ITheme = { ...dark, background: "#000000", foreground: "#ffffff", cursor: "#ffff00", black: "#000000" };
const amber = tube("#140d00", "#8a5a00", "#ffb000", "#ffd480");
const green = tube("#001204", "#1d7a36", "#41e16c", "#a8ffbe");

/** What the menu calls them. */
export const TERMINAL_THEMES = {
  page: "As the page",
  light: "Light",
  dark: "Dark",
  contrast: "High contrast",
  amber: "Amber",
  green: "Green",
} as const;
export type TerminalThemeName = keyof typeof TERMINAL_THEMES;

export const isTerminalThemeName = (name: unknown): name is TerminalThemeName =>
  typeof name === "string" && Object.hasOwn(TERMINAL_THEMES, name);

const themes: Readonly<Record<Exclude<TerminalThemeName, "page">, ITheme>> = { light, dark, contrast, amber, green };

/** `isDark`: the page is. */
export const terminalTheme = (name: TerminalThemeName, isDark: boolean): ITheme =>
  themes[name === "page" ? (isDark ? "dark" : "light") : name];
