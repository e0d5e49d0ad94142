import { Readable } from "node:stream";
import { CorralError, type LogSearchLine } from "@corral/contracts";
import type { OpenLog } from "@corral/supervisor";

/** Each search is a thread that computes: with more of them guests would feel it. */
const SEARCHES_MAXIMUM = 3;
/** Bytes between two words of progress. */
const PROGRESS_EVERY_BYTES = 1024 * 1024;

interface SearchRequest {
  readonly log: OpenLog;
  readonly query: { readonly pattern: string; readonly isRegex: boolean; readonly matchCase: boolean };
  readonly limit: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Searches of logs that are under way, which end when nobody listens any more. */
export class Searches {
  #running = 0;

  /** The answer as it comes, one JSON a line. Throws too_many_requests. */
  begin(request: SearchRequest): Readable {
    if (this.#running >= SEARCHES_MAXIMUM) {
      throw new CorralError(
        "too_many_requests",
        `${SEARCHES_MAXIMUM} searches are running already. Wait until one has ended, or cancel one.`,
      );
    }
    this.#running += 1;
    const stream = Readable.from(textOf(linesOf(request)), { objectMode: false });
    stream.once("close", () => {
      this.#running -= 1;
    });
    return stream;
  }
}

async function* textOf(lines: AsyncIterable<LogSearchLine>): AsyncGenerator<string, void> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}

async function* linesOf({ log, query, limit, signal }: SearchRequest): AsyncGenerator<LogSearchLine, void> {
  const { from, to } = log.range;
  let found = 0;
  let told = from;
  // The answer begins at once, whatever the search takes.
  yield { type: "progress", searchedBytes: 0, ofBytes: to - from };
  try {
    for await (const step of log.search(query, signal)) {
      for (const line of step.found) {
        yield line;
        found += 1;
        if (found < limit) continue;
        yield { type: "end", found, next: line.next };
        return;
      }
      if (step.searchedTo - told < PROGRESS_EVERY_BYTES) continue;
      told = step.searchedTo;
      yield { type: "progress", searchedBytes: told - from, ofBytes: to - from };
    }
    yield { type: "end", found, next: null };
  } catch (error) {
    if (signal.aborted) return;
    // The answer has begun: its status says nothing of this any more.
    if (!(error instanceof CorralError)) throw error;
    yield { type: "error", code: error.code, message: error.message };
  }
}
