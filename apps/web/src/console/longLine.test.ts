import { expect, it } from "vitest";
import { longLineOf } from "./longLine.ts";

it("finds the first line that a terminal cannot hold, and counts bytes and not characters", () => {
  expect(longLineOf(`short\n${"x".repeat(4095)}\n`)).toBeUndefined();
  expect(longLineOf(`short\r\n${"x".repeat(4096)}\n${"y".repeat(9000)}`)).toEqual({ number: 2, bytes: 4096 });
  expect(longLineOf("é".repeat(2048))).toEqual({ number: 1, bytes: 4096 });
});
