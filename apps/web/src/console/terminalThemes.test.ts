import { expect, it } from "vitest";
import { isTerminalThemeName, TERMINAL_THEMES, type TerminalThemeName, terminalTheme } from "./terminalThemes.ts";

const luminance = (hex: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrast = (one: string, other: string): number => {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

it("can be read in every theme (WCAG AAA)", () => {
  for (const name of Object.keys(TERMINAL_THEMES) as TerminalThemeName[]) {
    const { background = "", foreground = "" } = terminalTheme(name, true);
    expect(contrast(background, foreground), name).toBeGreaterThan(7);
  }
});

it("follows the page unless told otherwise, and knows its own names", () => {
  expect(terminalTheme("page", true)).toBe(terminalTheme("dark", false));
  expect(terminalTheme("page", false)).toBe(terminalTheme("light", true));
  expect(isTerminalThemeName("amber")).toBe(true);
  expect(isTerminalThemeName("toString")).toBe(false);
});
