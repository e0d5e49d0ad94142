import { Terminal } from "@xterm/headless";
import { expect, it } from "vitest";

// The addon's tables are read from the beginning of an ArrayBuffer, which Node shares among small Buffers.
const { poolSize } = Buffer;
Buffer.poolSize = 0;
const { BoundedGraphemesAddon } = await import("./BoundedGraphemesAddon.ts");
Buffer.poolSize = poolSize;

const cellsOf = async (text: string): Promise<string[]> => {
  const terminal = new Terminal({ cols: 80, rows: 4, allowProposedApi: true });
  // The browser's terminal and its headless twin have the same addons.
  terminal.loadAddon(new BoundedGraphemesAddon() as unknown as Parameters<Terminal["loadAddon"]>[0]);
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  const line = terminal.buffer.active.getLine(0);
  const cells = Array.from({ length: 80 }, (_, col) => line?.getCell(col));
  terminal.dispose();
  return cells.flatMap((cell) => (cell === undefined || cell.getChars() === "" ? [] : [cell.getChars()]));
};

it("keeps the code points of one letter together", async () => {
  expect(await cellsOf("👩‍👩‍👧|🇩🇪|e\u0301|漢")).toEqual(["👩‍👩‍👧", "|", "🇩🇪", "|", "e\u0301", "|", "漢"]);
});

it("gives a letter no more of them than anybody writes", async () => {
  const cells = await cellsOf(`a${"\u0301".repeat(200)}b`);
  expect(cells.join("")).toBe(`a${"\u0301".repeat(200)}b`);
  expect(Math.max(...cells.map(({ length }) => length))).toBe(32);
  const family = `👩${"\u200d👩".repeat(200)}`;
  expect(Math.max(...(await cellsOf(family)).map(({ length }) => length))).toBeLessThan(100);
});
