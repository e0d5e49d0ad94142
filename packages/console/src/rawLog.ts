import { ConsoleError } from "./errors.ts";
import { type OffsetRange, piecesOf, type ReadableLog } from "./readableLog.ts";

/** Bytes that the stretches have together. */
export const lengthOf = (stretches: readonly OffsetRange[]): number =>
  stretches.reduce((sum, { from, to }) => sum + to - from, 0);

/**
 * The bytes of some stretches of a log as they were printed, without the first `skip` of them and at most `length`.
 * Throws ConsoleError expired when one of them is deleted meanwhile: who was promised a length must not get less.
 */
export function* rawBytes(
  log: ReadableLog,
  stretches: readonly OffsetRange[],
  skip: number,
  length: number,
): Generator<Uint8Array, void> {
  let toSkip = skip;
  let left = length;
  for (const { from, to } of stretches) {
    const begin = Math.min(to, from + toSkip);
    const end = Math.min(to, begin + left);
    toSkip -= begin - from;
    left -= end - begin;
    for (const piece of piecesOf(log, { from: begin, to: end })) {
      if (piece.kind === "hole") throw expired(piece.from);
      yield piece.bytes;
    }
  }
}

const expired = (offset: number): ConsoleError =>
  new ConsoleError("expired", `The bytes from ${offset} on were deleted while they were read.`);
