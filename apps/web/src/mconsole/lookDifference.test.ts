import { expect, it } from "vitest";
import { compareLooks } from "./lookDifference.ts";

it("says how the numbers of a line moved, whichever line it has become", () => {
  const before = "MemTotal:  100 kB\nMemFree:  40 kB\nload 0.50 1";
  expect(compareLooks("MemTotal:  100 kB\nNew: 1 kB\nMemFree:  30 kB\nload 0.75 1\n", before)).toEqual([
    { text: "MemTotal:  100 kB", change: "" },
    { text: "New: 1 kB", change: "" },
    { text: "MemFree:  30 kB", change: "−10" },
    { text: "load 0.75 1", change: "+0.25" },
  ]);
});

it("has nothing to say at the first look, and little of words that changed", () => {
  expect(compareLooks("a 1", undefined)).toEqual([{ text: "a 1", change: "" }]);
  expect(compareLooks("a 1 2", "a 1")).toEqual([{ text: "a 1 2", change: "changed" }]);
});
