import { LINE_MAXIMUM_BYTES } from "@corral/contracts";

export interface LongLine {
  /** From 1. */
  readonly number: number;
  readonly bytes: number;
}

const encoder = new TextEncoder();

/** The first line that a terminal cannot hold for a program that reads lines. */
export const longLineOf = (text: string): LongLine | undefined => {
  const lines = text.split(/\r\n?|\n/);
  const at = lines.findIndex((line) => line.length * 3 > LINE_MAXIMUM_BYTES && bytesOf(line) > LINE_MAXIMUM_BYTES);
  return at < 0 ? undefined : { number: at + 1, bytes: bytesOf(lines[at] ?? "") };
};

const bytesOf = (line: string): number => encoder.encode(line).length;
