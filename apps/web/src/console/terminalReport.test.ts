import { expect, it } from "vitest";
import { isTerminalReport } from "./terminalReport.ts";

it("knows what a terminal answers by itself", () => {
  for (const report of [
    "\u001b[?1;2c",
    "\u001b[>0;276;0c",
    "\u001b[0n",
    "\u001b[24;80R",
    "\u001b[?24;80R",
    "\u001b[?25;1$y",
    "\u001b[8;24;80t",
    "\u001b]11;rgb:0000/0000/0000\u001b\\",
    "\u001bP1$r0m\u001b\\",
    "\u001bP>|xterm.js(6.0.0)\u001b\\",
  ]) {
    expect(isTerminalReport(report), JSON.stringify(report)).toBe(true);
  }
});

it("leaves keys alone", () => {
  for (const key of [
    "a",
    "\r",
    "\u001b",
    "\u001b[A",
    "\u001bOP",
    "\u001b[15~",
    "\u001b[1;5C",
    "\u001b[200~x\u001b[201~",
    "ü",
    "\u001b[",
  ]) {
    expect(isTerminalReport(key), JSON.stringify(key)).toBe(false);
  }
});
