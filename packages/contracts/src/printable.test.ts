import { expect, it } from "vitest";
import { printable } from "./printable.ts";

it("leaves nothing that a terminal obeys, and all that people read", () => {
  expect(printable("\u001b]0;title\u0007\u009b2J\u0000\rrm -rf\u007f")).toBe(
    "\ufffd]0;title\ufffd\ufffd2J\ufffd\ufffdrm -rf\ufffd",
  );
  expect(printable("Kernel panic: grüße 日本 ✓\n\tat x")).toBe("Kernel panic: grüße 日本 ✓\n\tat x");
});
