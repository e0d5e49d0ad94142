import { expect, it } from "vitest";
import { HeadlessTerminal } from "./headlessTerminal.ts";
import { BACKGROUND, FOREGROUND, PICTURE_MAXIMUM_COLS, PICTURE_MAXIMUM_ROWS, RGB_COLOUR } from "./picture.ts";
import { newConsole, SlaveEnd } from "./testing/slaveEnd.ts";

const drawn = (text: string, cols = 20, rows = 4) => {
  const terminal = new HeadlessTerminal(cols, rows);
  terminal.write(text);
  const picture = terminal.picture();
  terminal.dispose();
  return picture;
};

it("tells letters and colours in runs, without what is blank at the end", () => {
  const { lines, cursor } = drawn(
    "plain \x1b[31mred \x1b[0mon\r\n\x1b[44;38;2;1;2;3mx \x1b[0m\r\n\x1b[7minv\x1b[0m \x1b[8mhid",
  );
  expect(lines).toEqual([
    [["plain "], ["red ", 1], ["on"]],
    [["x ", RGB_COLOUR + 0x010203, 4]],
    [["inv", BACKGROUND, FOREGROUND]],
    [],
  ]);
  expect(cursor).toEqual([7, 2]);
});

it("tells wide letters once, and bounds what a letter carries", () => {
  expect(drawn("日本!").lines[0]).toEqual([["日本!"]]);
  const [run] = drawn(`e${"\u0301".repeat(500)}`).lines[0] ?? [];
  expect(run?.[0].length).toBeLessThan(16);
  expect(drawn("\x1b[?25l").cursor).toBeNull();
});

it("cuts a great screen around the cursor", () => {
  const { lines, cursor } = drawn("\x1b[250;1Hhere", 500, 300);
  expect(lines).toHaveLength(PICTURE_MAXIMUM_ROWS);
  expect(lines[cursor?.[1] ?? 0]).toEqual([["here"]]);
  expect(drawn("x".repeat(500), 500, 3).lines[0]?.[0]?.[0]).toHaveLength(PICTURE_MAXIMUM_COLS);
});

it("is what the console shows now, and the same object as long as nothing changes", async () => {
  const console = newConsole();
  expect(await console.picture()).toMatchObject({ offset: 0, cols: 80, rows: 24, lines: [] });
  const guest = SlaveEnd.connect(console);
  await guest.print("one\r\ntwo");
  const [first, again] = await Promise.all([console.picture(), console.picture()]);
  expect(first.lines.slice(0, 3)).toEqual([[["one"]], [["two"]], []]);
  expect(again).toBe(first);
  expect(await console.picture()).toBe(first);
  await guest.print("!");
  expect((await console.picture()).lines[1]).toEqual([["two!"]]);
});
