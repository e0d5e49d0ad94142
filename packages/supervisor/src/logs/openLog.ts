import {
  asciicast,
  ConsoleError,
  type LogQuery,
  lengthOf,
  type OffsetRange,
  plainText,
  rawBytes,
  searchLog,
} from "@corral/console";
import { CorralError, type FoundLine, type LogMark, type LogPart } from "@corral/contracts";
import { type GuestLog, rangeOf } from "./guestLog.ts";
import { landmark } from "./landmarks.ts";

/** What a search tells: lines that were found, and how far it is. */
export interface LogSearchStep {
  readonly found: readonly FoundLine[];
  readonly searchedTo: number;
}

/** A part of one log, to be read in several ways. Everything is read piece by piece, as it is asked for. */
export class OpenLog {
  readonly range: OffsetRange;
  /** What of it is kept. */
  readonly stretches: readonly OffsetRange[];
  readonly #log: GuestLog;

  /** Throws CorralError: not_found, offset_expired, offset_beyond_end, invalid_request. */
  constructor(log: GuestLog, part: LogPart) {
    this.#log = log;
    this.range = rangeOf(log, part);
    this.stretches = log.kept(this.range);
  }

  /** Bytes that `raw` has altogether. */
  get rawLength(): number {
    return lengthOf(this.stretches);
  }

  /** Throws when bytes are deleted while they are read. */
  raw(skip = 0, length = this.rawLength): Iterable<Uint8Array> {
    return rawBytes(this.#log, this.stretches, skip, length);
  }

  text(): Iterable<string> {
    return plainText(this.#log, this.range);
  }

  asciicast(title: string): Iterable<string> {
    return asciicast(this.#log, this.range, { title, landmark });
  }

  /** Oldest first. Throws CorralError invalid_request for an expression that is none, or takes too long. */
  async *search(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogSearchStep, void> {
    const boots = this.#log.boots();
    try {
      for await (const { found, searchedTo } of searchLog(this.#log, this.range, query, signal)) {
        yield {
          searchedTo,
          found: found.map(({ at, ...line }) => ({
            type: "found",
            ...line,
            at: at === null ? null : new Date(at).toISOString(),
            boot: boots.findLast(({ offset }) => offset <= line.offset)?.boot ?? null,
          })),
        };
      }
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
      throw new CorralError("invalid_request", error.message, [{ field: "q", message: error.message }]);
    }
  }

  /** What the index knows of the range; at most `limit`. */
  marks(limit: number): { readonly items: LogMark[]; readonly before: LogMark | null } {
    const { from, to } = this.range;
    const at = this.#log.timeAt(from);
    return {
      items: this.#log.marks(from, to).slice(0, limit).map(shown),
      before: at === null ? null : { kind: "time", offset: from, at: new Date(at).toISOString() },
    };
  }
}

const shown = (mark: ReturnType<GuestLog["marks"]>[number]): LogMark =>
  "at" in mark ? { ...mark, at: new Date(mark.at).toISOString() } : mark;
