import { expect, test } from "vitest";
import { drawable, fit } from "./cells.ts";

test("text fills its cells exactly", () => {
  expect([fit("web1", 6), fit("webserver", 6), fit("", 3), fit("abc", 3), fit("abc", 0)]).toEqual([
    "web1  ",
    "webse…",
    "   ",
    "abc",
    "",
  ]);
  // A wide character takes two.
  expect([fit("漢字", 4), fit("漢字", 3), fit("漢字", 2), fit("漢字x", 5)]).toEqual(["漢字", "漢…", "… ", "漢字x"]);
});

test("nothing in it is obeyed by a terminal", () => {
  expect(drawable("a\u001b[2Jb\u0007\u009b31m\u0000c")).toBe("a[2Jb31mc");
  expect(drawable("tab\tline\r\nend\u2028x")).toBe("tab line end x");
  expect(drawable("right\u202eleft\u200b a\u0301\u0300")).toBe("rightleft a");
});
