import { expect, it } from "vitest";
import { PlainText } from "./plainText.ts";

const strip = (...pieces: (string | Uint8Array)[]): string => {
  const text = new PlainText();
  return (
    pieces.map((piece) => text.feed(typeof piece === "string" ? new TextEncoder().encode(piece) : piece)).join("") +
    text.end()
  );
};

const console =
  "\u001b]0;title\u0007\u001b[1;32mroot@web1\u001b[0m:~# ls\r\r\n\u001b[?2004hbin\tü漢\u001b(B\r\n\u001bPq~~\u001b\\10%\r20%\r\n\u0007end";
const plain = "root@web1:~# ls\nbin\tü漢\n10%\n20%\nend";

it("leaves the text and drops what a terminal obeys", () => {
  expect(strip(console)).toBe(plain);
});

it("does so wherever the bytes are cut", () => {
  const bytes = Buffer.from(console);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    expect(strip(bytes.subarray(0, cut), bytes.subarray(cut)), `cut at ${cut}`).toBe(plain);
  }
  expect(strip(...[...bytes].map((byte) => Uint8Array.of(byte)))).toBe(plain);
});

it("leaves nothing of hostile output that a terminal would obey", () => {
  const hostile = `\u009b31mred\u009d0;t\u009c\u0090x\u009c\u001b\u001b[5n\u001b${"]".repeat(3)}\u001b[${"9".repeat(9000)}\u001b`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be left
  expect(strip(hostile)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
});

it("does not hold an endless unfinished sequence back", () => {
  const text = new PlainText();
  const out = text.feed(Buffer.from(`\u001b]0;${"x".repeat(10_000)}`));
  expect(out.length).toBeGreaterThan(9000);
});
