/*
 * The index beside a segment: one line of text for each mark, in the order of their offsets. Text, because it can be
 * read with eyes and because a torn line is simply not a mark.
 *
 *   size 4194304 80 24          window size from this offset on: columns, rows
 *   boot 4194304 12 1763700000  a boot begins: its number, milliseconds since the epoch
 *   time 4194310 1763700001     when the byte at this offset was printed
 *   lost 4194000                bytes from there up to the segment's first could never be written
 *   type 4194310 1763700001 ann somebody typed before this byte was printed: when, and the name, percent-encoded
 */

export interface WindowSize {
  readonly cols: number;
  readonly rows: number;
}

export interface Boot {
  readonly boot: number;
  readonly offset: number;
  /** Milliseconds since the epoch */
  readonly at: number;
}

/** What the index knows beside the bytes. Times stand at most one a second, and only where there was output. */
export type LogMark =
  | ({ readonly kind: "size"; readonly offset: number } & WindowSize)
  | ({ readonly kind: "boot" } & Boot)
  | { readonly kind: "time"; readonly offset: number /** Milliseconds since the epoch */; readonly at: number }
  /** Who typed, never what. */
  | {
      readonly kind: "typing";
      readonly offset: number;
      /** Milliseconds since the epoch */
      readonly at: number;
      readonly user: string;
    };

export type StoredMark = LogMark | { readonly kind: "lost"; readonly offset: number };

export const formatMark = (mark: StoredMark): string => {
  switch (mark.kind) {
    case "size":
      return `size ${mark.offset} ${mark.cols} ${mark.rows}\n`;
    case "boot":
      return `boot ${mark.offset} ${mark.boot} ${mark.at}\n`;
    case "time":
      return `time ${mark.offset} ${mark.at}\n`;
    case "lost":
      return `lost ${mark.offset}\n`;
    case "typing":
      return `type ${mark.offset} ${mark.at} ${encodeURIComponent(wellFormed(mark.user))}\n`;
  }
};

/** Half a character cannot be encoded. */
const wellFormed = (text: string): string => Buffer.from(text).toString();

const LINE = /^(size|boot|time|lost) (\d{1,16})(?: (\d{1,16}))?(?: (\d{1,16}))?$/;

const TYPING_LINE = /^type (\d{1,16}) (\d{1,16}) ([!-~]{1,600})$/;

/** null for a line that is torn or is not a mark. */
export const parseMark = (line: string): StoredMark | null => {
  const match = LINE.exec(line);
  if (match === null) return parseTyping(line);
  const offset = Number(match[2]);
  const first = match[3] === undefined ? null : Number(match[3]);
  const second = match[4] === undefined ? null : Number(match[4]);
  switch (match[1]) {
    case "size":
      return first === null || second === null ? null : { kind: "size", offset, cols: first, rows: second };
    case "boot":
      return first === null || second === null ? null : { kind: "boot", offset, boot: first, at: second };
    case "time":
      return first === null || second !== null ? null : { kind: "time", offset, at: first };
    default:
      return first === null ? { kind: "lost", offset } : null;
  }
};

const parseTyping = (line: string): StoredMark | null => {
  const match = TYPING_LINE.exec(line);
  if (match === null) return null;
  try {
    const user = decodeURIComponent(match[3] ?? "");
    return { kind: "typing", offset: Number(match[1]), at: Number(match[2]), user };
  } catch {
    return null;
  }
};
