import { expect, it } from "vitest";
import { visibleKeys } from "./visibleKeys.ts";

it("shows every key, and lets none of them act", () => {
  expect(visibleKeys("ls -l\r")).toBe("ls -l\u23ce");
  expect(visibleKeys("\u0003\u001b[A\u007f\t")).toBe("\u2403\u241b[A\u2421\u2409");
  expect(visibleKeys("gr\u00fc\u00dfe \u202e\u009b")).toBe("gr\u00fc\u00dfe \ufffd\ufffd");
});
