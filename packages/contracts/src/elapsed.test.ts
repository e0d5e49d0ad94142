import { expect, it } from "vitest";
import { elapsed } from "./elapsed.ts";

it.each([
  [0, "0s"],
  [59, "59s"],
  [60, "1m 0s"],
  [3725, "1h 2m"],
  [3 * 86_400 + 4 * 3600 + 59, "3d 4h"],
])("says %i seconds as %s", (seconds, words) => {
  const now = Date.parse("2030-01-01T00:00:00Z");
  expect(elapsed(new Date(now - seconds * 1000).toISOString(), now)).toBe(words);
});
