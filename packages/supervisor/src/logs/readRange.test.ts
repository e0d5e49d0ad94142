import { expect, it } from "vitest";
import { readRange } from "./readRange.ts";

/* A fake log: no real one can be made shorter between two reads that nothing comes between. */
it("ends with what there is when a log becomes shorter while it is read", () => {
  const pieces = [Buffer.from("kept"), Buffer.alloc(0)];
  const log = {
    start: 0,
    end: 10,
    read: (offset: number) => ({ ok: true as const, offset, bytes: pieces.shift() as Buffer }),
  };
  expect(readRange(log, 0, 100)).toEqual({ offset: 0, bytes: Buffer.from("kept"), end: 10 });
});
