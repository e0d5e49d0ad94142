import { expect, it } from "vitest";
import { inReadingOrder, printable, turnsDirection } from "./printable.ts";

it("leaves nothing that a terminal obeys, and all that people read", () => {
  expect(printable("\u001b]0;title\u0007\u009b2J\u0000\rrm -rf\u007f")).toBe(
    "\ufffd]0;title\ufffd\ufffd2J\ufffd\ufffdrm -rf\ufffd",
  );
  expect(printable("Kernel panic: grüße 日本 ✓\n\tat x")).toBe("Kernel panic: grüße 日本 ✓\n\tat x");
});

it("leaves no character that turns the direction of writing, and all that people write", () => {
  const turning = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";
  for (const character of turning) {
    expect(turnsDirection(`a${character}b`)).toBe(true);
    expect(inReadingOrder(`a${character}b`)).toBe("a\ufffdb");
    expect(printable(`a${character}b`)).toBe("a\ufffdb");
  }
  for (const text of ["שלום עולם", "مرحبا", "👩‍🚀 grüße 日本", "a\u200db"]) {
    expect(turnsDirection(text)).toBe(false);
    expect(inReadingOrder(text)).toBe(text);
  }
});
