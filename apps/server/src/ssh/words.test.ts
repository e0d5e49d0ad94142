import { expect, test } from "vitest";
import { wordsOf } from "./words.ts";

test.each([
  ["log web1  --tail 5 ", ["log", "web1", "--tail", "5"]],
  [`a 'b c' "d \\" e" f\\ g ''`, ["a", "b c", 'd " e', "f g", ""]],
  ["$(reboot) `id` ; rm * > x", ["$(reboot)", "`id`", ";", "rm", "*", ">", "x"]],
  ["", []],
])("%s", (line, words) => {
  expect(wordsOf(line)).toEqual(words);
});

test("a quote that is left open is no line", () => {
  expect([wordsOf("a 'b"), wordsOf('"')]).toEqual([null, null]);
});
