import { expect, it } from "vitest";
import { lastLine, plainText } from "./plainText.ts";

it("takes escape sequences and control characters out of console output", () => {
  expect(plainText("\u001b[1;31mred\u001b[0m\r\n\ttab\u0007")).toBe("red\n\ttab");
  expect(plainText("\u001b]0;a title\u0007x\u001b]8;;http://a\u001b\\link")).toBe("xlink");
  expect(plainText("\u001b(B\u001bcä €\u009b")).toBe("ä €");
  expect(plainText("over\rwritten\r\n")).toBe("overwritten\n");
});

it("finds the last line with something on it", () => {
  expect(lastLine("one\n two \n\n  \n")).toBe("two");
  expect(lastLine("")).toBe("");
});
