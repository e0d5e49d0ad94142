import { expect, it } from "vitest";
import { paletteMatch } from "./paletteMatch.ts";

it("never matches letters that are scattered", () => {
  expect(paletteMatch("undo", "Shut down web1")).toBe(0);
  expect(paletteMatch("ssh", "Start shop1")).toBe(0);
  expect(paletteMatch("ho", "Go to Consoles", ["terminal"])).toBe(0);
  expect(paletteMatch("?!", "Shut down web1")).toBe(0);
});

it("puts the whole name first, then its beginning, then beginnings of words, then its inside", () => {
  const scores = ["web1", "web10", "start web1", "my-web1-copy", "cobweb1"].map((name) => paletteMatch("web1", name));
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  expect(scores[0]).toBeGreaterThan(scores[1] as number);
  expect(scores[1]).toBeGreaterThan(scores[2] as number);
  expect(scores[3]).toBeGreaterThan(scores[4] as number);
  expect(scores[4]).toBeGreaterThan(0);
});

it("takes several words in any order, and words that are not shown", () => {
  expect(paletteMatch("web shut", "Shut down web1")).toBeGreaterThan(0);
  expect(paletteMatch("ssh", "Settings", ["ssh door"])).toBeGreaterThan(0);
  expect(paletteMatch("web stop", "Shut down web1")).toBe(0);
});
