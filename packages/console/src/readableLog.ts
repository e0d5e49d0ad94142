import type { LogMark, WindowSize } from "./logMarks.ts";

/** Bytes handed on at a time: some milliseconds of work for whoever gets them. */
const PIECE_BYTES = 64 * 1024;

export type LogRead =
  | { readonly ok: true; readonly offset: number; readonly bytes: Uint8Array }
  /** Those bytes were deleted to stay within the budget; `next` is the next offset that is kept. */
  | { readonly ok: false; readonly reason: "expired"; readonly next: number }
  /** Those bytes could not be written, or not be read again; `next` is the next offset that is kept. */
  | { readonly ok: false; readonly reason: "lost"; readonly next: number }
  | { readonly ok: false; readonly reason: "beyond-end"; readonly end: number };

/** What a log must be able to do to be searched, downloaded and replayed. */
export interface ReadableLog {
  /** Offset of the oldest byte kept. There may be holes between here and the end. */
  readonly start: number;
  /** Offset of the next byte to be printed. */
  readonly end: number;
  read(from: number, limit: number): LogRead;
  /** Marks from `from` to `to`, both included, in order. */
  marks(from: number, to: number): LogMark[];
  /** The size in force for the byte at `offset`; null where none is known. */
  sizeAt(offset: number): WindowSize | null;
  /** Milliseconds since the epoch when the byte at `offset` was printed, or shortly before; null where it is not known. */
  timeAt(offset: number): number | null;
}

/** From `from` (included) to `to` (excluded). */
export interface OffsetRange {
  readonly from: number;
  readonly to: number;
}

export type LogPiece =
  | { readonly kind: "bytes"; readonly offset: number; readonly bytes: Uint8Array }
  /** Bytes that are not kept. */
  | ({ readonly kind: "hole" } & OffsetRange);

/** Everything in a range, in order, in pieces of at most `pieceBytes`. Ends early where the log does. */
export function* piecesOf(
  log: ReadableLog,
  { from, to }: OffsetRange,
  pieceBytes: number = PIECE_BYTES,
): Generator<LogPiece, void> {
  for (let at = from; at < to; ) {
    const read = log.read(at, Math.min(pieceBytes, to - at));
    if (read.ok) {
      if (read.bytes.length === 0) return;
      yield { kind: "bytes", offset: at, bytes: read.bytes };
      at += read.bytes.length;
    } else {
      const next = read.reason === "beyond-end" ? to : Math.min(to, read.next);
      if (next > at) yield { kind: "hole", from: at, to: next };
      at = next;
    }
  }
}
