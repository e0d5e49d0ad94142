import { expect, it } from "vitest";
import { BROWSER_CHORDS, FUNCTION_KEYS, TOUCH_CHORDS } from "./keyChords.ts";
import { isTerminalReport } from "./terminalReport.ts";

const sent = (keys: string) =>
  [...BROWSER_CHORDS, ...FUNCTION_KEYS, ...TOUCH_CHORDS].find((chord) => chord.keys === keys)?.sends;

it("sends what xterm sends for these keys", () => {
  expect(sent("Ctrl+W")).toBe("\u0017");
  expect(sent("F4")).toBe("\u001bOS");
  expect(sent("F5")).toBe("\u001b[15~");
  expect(sent("F12")).toBe("\u001b[24~");
  expect(FUNCTION_KEYS).toHaveLength(12);
});

it("sends nothing that the session would take for the terminal's own answer", () => {
  for (const { keys, sends } of [...BROWSER_CHORDS, ...FUNCTION_KEYS, ...TOUCH_CHORDS]) {
    expect(isTerminalReport(sends), keys).toBe(false);
  }
});
