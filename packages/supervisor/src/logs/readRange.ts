import type { ReadableLog } from "@corral/console";
import { beyondEnd, expired } from "./offsetErrors.ts";

type Readable = Pick<ReadableLog, "start" | "end" | "read">;

export interface LogRange {
  /** Offset of the first byte. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** Offset of the next byte that will be printed. */
  readonly end: number;
}

/**
 * At most `limit` bytes of a log, up to the first that is not kept; from `from`, or the last ones. Throws CorralError
 * offset_expired, offset_beyond_end.
 */
export const readRange = (log: Readable, from: number | undefined, limit: number): LogRange => {
  const { start, end } = log;
  const offset = from ?? Math.max(start, end - limit);
  if (offset > end) throw beyondEnd(offset, end);
  if (offset < start) throw expired(offset, start);
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < limit && offset + length < end) {
    const read = log.read(offset + length, limit - length);
    if (!read.ok) {
      if (length > 0) break;
      throw expired(offset, read.reason === "beyond-end" ? read.end : read.next);
    }
    // The guest holds its kernel's log open, and could make it shorter while it is read.
    if (read.bytes.length === 0) break;
    pieces.push(read.bytes);
    length += read.bytes.length;
  }
  return { offset, bytes: Buffer.concat(pieces), end };
};
