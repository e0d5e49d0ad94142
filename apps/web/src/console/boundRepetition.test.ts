import { Terminal } from "@xterm/headless";
import { expect, it } from "vitest";
import { boundRepetition } from "./boundRepetition.ts";

it("gets through every sequence that asks for two thousand million repetitions, and repeats as often as is seen", async () => {
  const terminal = new Terminal({ cols: 20, rows: 4, allowProposedApi: true });
  boundRepetition(terminal);
  const write = (text: string) => new Promise<void>((resolve) => terminal.write(text, resolve));
  for (let final = 0x40; final <= 0x7e; final++) await write(`text\x1b[2147483647${String.fromCharCode(final)}`);
  terminal.reset();
  await write("x\x1b[3b\r\ny\x1b[1L");
  const lines = [0, 1, 2].map((line) => terminal.buffer.active.getLine(line)?.translateToString(true));
  expect(lines).toEqual(["xxxx", "", "y"]);
  terminal.dispose();
});
