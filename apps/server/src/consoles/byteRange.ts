import { CorralError } from "@corral/contracts";

export interface ByteRange {
  readonly first: number;
  readonly length: number;
}

/**
 * What a Range header asks for of something with `length` bytes; null: all of it, which also answers what is not
 * understood and what asks for several parts (RFC 9110, 14.2). Throws offset_beyond_end (416).
 */
export const byteRange = (header: string | undefined, length: number): ByteRange | null => {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return null;
  const [, from, to] = match;
  const last = from === "" || to === "" ? length - 1 : Math.min(length - 1, Number(to));
  const first = from === "" ? Math.max(0, length - Number(to)) : Number(from);
  if (from !== "" && to !== "" && Number(to) < first) return null;
  if (first <= last) return { first, length: last - first + 1 };
  throw new CorralError("offset_beyond_end", `There are ${length} bytes; the range ${header} is beyond them.`);
};
