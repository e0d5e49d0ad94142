import { HERD_BACKGROUND, HERD_FOREGROUND, HERD_RGB } from "@corral/contracts";
import { expect, it } from "vitest";
import { terminalTheme } from "../console/terminalThemes.ts";
import { cssColour } from "./drawScreen.ts";

it("knows the colours of a terminal", () => {
  const theme = terminalTheme("dark", true);
  expect(cssColour(HERD_FOREGROUND, theme)).toBe(theme.foreground);
  expect(cssColour(HERD_BACKGROUND, theme)).toBe(theme.background);
  expect(cssColour(1, theme)).toBe(theme.red);
  expect(cssColour(15, theme)).toBe(theme.brightWhite);
  expect(cssColour(16, theme)).toBe("rgb(0 0 0)");
  expect(cssColour(196, theme)).toBe("rgb(255 0 0)");
  expect(cssColour(255, theme)).toBe("rgb(238 238 238)");
  expect(cssColour(HERD_RGB + 0x0102ff, theme)).toBe("#0102ff");
});
