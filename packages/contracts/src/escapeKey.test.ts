import { describe, expect, it } from "vitest";
import { EscapeKey } from "./escapeKey.ts";

const ESC = "\u001d";

/** Feeds pieces and shows what came out: input as text, commands in brackets. */
const typed = (...pieces: string[]): string => {
  const escapeKey = new EscapeKey();
  return pieces
    .flatMap((piece) => escapeKey.feed(new TextEncoder().encode(piece)))
    .map((part) => (part.kind === "input" ? new TextDecoder().decode(part.bytes) : `[${part.command}]`))
    .join("");
};

describe("EscapeKey", () => {
  it("passes everything else on, bytes of UTF-8 too", () => {
    expect(typed("ls -l\r", "ü漢😀\u0003\u001b[A")).toBe("ls -l\rü漢😀\u0003\u001b[A");
  });

  it("finds its commands between other input, in order", () => {
    expect(typed(`a${ESC}tb${ESC}?${ESC}rc${ESC}.`)).toBe("a[take]b[help][release]c[detach]");
    expect(typed(`${ESC}q`)).toBe("[detach]");
  });

  it("finds a command that came in two pieces", () => {
    expect(typed("a", ESC, "t", "t")).toBe("a[take]t");
  });

  it("types the key itself when it is pressed twice, and what is no command", () => {
    expect(typed(`${ESC}${ESC}.`)).toBe(`${ESC}.`);
    expect(typed(`${ESC}x`)).toBe(`${ESC}x`);
  });
});
