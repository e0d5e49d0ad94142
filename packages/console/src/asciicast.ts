import { TIME_MARK_EVERY_MS } from "./consoleLog.ts";
import { LogLines } from "./logLines.ts";
import type { LogMark } from "./logMarks.ts";
import { NEW_TERMINAL } from "./newTerminal.ts";
import { plainLine } from "./plainText.ts";
import { type OffsetRange, piecesOf, type ReadableLog } from "./readableLog.ts";

/** Marks are read for so many bytes at a time, so that a long log takes no more memory than a short one. */
const STRETCH_BYTES = 1024 * 1024;
/** Milliseconds between the events into which the output of one time mark is cut, so that it does not come in jerks. */
const EVENT_MS = 50;
const SIZE_UNKNOWN = { cols: 80, rows: 24 };

export interface AsciicastOptions {
  readonly title: string;
  /** Words for a line that is worth a mark of its own on the timeline; null for all others. */
  readonly landmark?: (line: string) => string | null;
}

/**
 * A range of a log as asciicast v2: a header, then one JSON array a line. Besides output ("o") and sizes ("r") there are
 * markers ("m"): `boot N`, with which the terminal becomes a new one, `typing USER`, `hole N` for bytes that are not kept, and the landmarks.
 */
export function* asciicast(log: ReadableLog, range: OffsetRange, options: AsciicastOptions): Generator<string, void> {
  const { cols, rows } = log.sizeAt(range.from) ?? log.sizeAt(log.end) ?? SIZE_UNKNOWN;
  const began = log.timeAt(range.from) ?? firstTimeIn(log, range);
  const { title } = options;
  // Whole seconds: players refuse the file otherwise.
  const timestamp = began === null ? {} : { timestamp: Math.floor(began / 1000) };
  const header = { version: 2, width: cols, height: rows, ...timestamp, title };
  yield `${JSON.stringify(header)}\n`;
  const events = new CastEvents(log, began ?? 0, { cols, rows }, options.landmark ?? (() => null));
  for (let from = range.from; from < range.to; from += STRETCH_BYTES) {
    yield* events.stretch({ from, to: Math.min(range.to, from + STRETCH_BYTES) });
  }
  yield* events.end();
}

const firstTimeIn = (log: ReadableLog, { from, to }: OffsetRange): number | null => {
  const mark = log.marks(from, Math.min(to, from + STRETCH_BYTES)).find((each) => each.kind === "time");
  return mark?.kind === "time" ? mark.at : null;
};

class CastEvents {
  readonly #log: ReadableLog;
  readonly #began: number;
  readonly #landmark: (line: string) => string | null;
  readonly #lines = new LogLines();
  #decoder = new TextDecoder();
  #hasPrinted = false;
  #size: { readonly cols: number; readonly rows: number };
  /** Seconds since the beginning of the last event: times never go back, whatever the host's clock did. */
  #seconds = 0;
  /** When the bytes that come now began to be printed. */
  #time: { readonly at: number; readonly offset: number };

  constructor(
    log: ReadableLog,
    began: number,
    size: { readonly cols: number; readonly rows: number },
    landmark: (line: string) => string | null,
  ) {
    this.#log = log;
    this.#began = began;
    this.#size = size;
    this.#landmark = landmark;
    this.#time = { at: began, offset: 0 };
  }

  *stretch({ from, to }: OffsetRange): Generator<string, void> {
    // Of what happened at one offset, the time is told first: the rest happened then.
    const marks = this.#log
      .marks(from, to)
      .filter(({ offset }) => offset < to)
      .sort((one, other) => one.offset - other.offset || order(one) - order(other));
    let at = from;
    for (const [index, mark] of marks.entries()) {
      if (mark.offset > at) yield* this.#output({ from: at, to: mark.offset }, nextTime(marks, index));
      at = Math.max(at, mark.offset);
      yield* this.#mark(mark);
    }
    yield* this.#output({ from: at, to }, null);
  }

  *end(): Generator<string, void> {
    const text = this.#decoder.decode();
    if (text !== "") yield this.#event("o", text);
    yield* this.#landmarks(this.#lines.end());
  }

  *#mark(mark: LogMark): Generator<string, void> {
    if (mark.kind === "time") {
      this.#time = { at: mark.at, offset: mark.offset };
      this.#goTo(mark.at);
    } else if (mark.kind === "boot") {
      this.#goTo(mark.at);
      const text = this.#decoder.decode();
      yield this.#event("m", `boot ${mark.boot}`);
      // Whoever plays it has one terminal for all boots.
      if (this.#hasPrinted) yield this.#event("o", text + NEW_TERMINAL);
    } else if (mark.kind === "typing") {
      this.#goTo(mark.at);
      yield this.#event("m", `typing ${mark.user}`);
    } else if (mark.cols !== this.#size.cols || mark.rows !== this.#size.rows) {
      this.#size = mark;
      yield this.#event("r", `${mark.cols}x${mark.rows}`);
    }
  }

  /** Bytes after one time mark were printed before the next, and within the time after which there would be another. */
  *#output({ from, to }: OffsetRange, next: number | null): Generator<string, void> {
    const { at } = this.#time;
    const duration = Math.min(TIME_MARK_EVERY_MS, Math.max(0, (next ?? at + TIME_MARK_EVERY_MS) - at));
    const slices = Math.max(1, Math.floor(duration / EVENT_MS));
    const sliceBytes = Math.max(1, Math.ceil((to - from) / slices));
    for (const piece of piecesOf(this.#log, { from, to }, Math.min(sliceBytes, STRETCH_BYTES / 16))) {
      if (piece.kind === "hole") {
        this.#decoder = new TextDecoder();
        yield this.#event("m", `hole ${piece.to - piece.from}`);
        continue;
      }
      this.#goTo(at + (duration * (piece.offset - from)) / (to - from));
      const text = this.#decoder.decode(piece.bytes, { stream: true });
      this.#hasPrinted = true;
      if (text !== "") yield this.#event("o", text);
      yield* this.#landmarks(this.#lines.push(piece.offset, piece.bytes));
    }
  }

  *#landmarks(lines: Iterable<{ readonly bytes: Uint8Array }>): Generator<string, void> {
    for (const { bytes } of lines) {
      const words = this.#landmark(plainLine(bytes));
      if (words !== null) yield this.#event("m", words);
    }
  }

  #goTo(at: number): void {
    this.#seconds = Math.max(this.#seconds, (at - this.#began) / 1000);
  }

  #event(kind: "o" | "r" | "m", data: string): string {
    return `${JSON.stringify([Math.round(this.#seconds * 1000) / 1000, kind, data])}\n`;
  }
}

const order = ({ kind }: LogMark): number => ["boot", "typing", "time", "size"].indexOf(kind);

const nextTime = (marks: readonly LogMark[], index: number): number | null => {
  const next = marks.slice(index).find((mark) => mark.kind === "time");
  return next?.kind === "time" ? next.at : null;
};
