import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { ConsoleError } from "./errors.ts";
import { type OffsetRange, piecesOf, type ReadableLog } from "./readableLog.ts";

/** Bytes looked through at a time: some 10 ms of the worker, and between two of them a search can be called off. */
const PIECE_BYTES = 256 * 1024;
/** Milliseconds one piece may take. Reached by expressions that go astray, or on a machine that is hopelessly busy. */
const PIECE_DEADLINE_MS = 5_000;
const PATTERN_MAXIMUM_CHARACTERS = 500;
/** What a worker may take of memory. */
const WORKER_MEMORY_MB = 128;

export interface LogQuery {
  /** Text as it stands, or a regular expression of JavaScript. */
  readonly pattern: string;
  readonly isRegex: boolean;
  readonly matchCase: boolean;
}

/** A line in which something was found. */
export interface FoundLine {
  /** Of the first byte of the line. */
  readonly offset: number;
  /** Of the next line. */
  readonly next: number;
  /** The line without escape sequences; of a long one, what is around the found. */
  readonly text: string;
  /** Where in `text` it stands. */
  readonly start: number;
  readonly end: number;
}

export interface SearchStep {
  readonly found: readonly (FoundLine & { /** Milliseconds since the epoch */ readonly at: number | null })[];
  /** Everything before this offset has been looked through. */
  readonly searchedTo: number;
}

/** What the worker begins with, and what it is given then: null bytes mean that no more come. */
export interface SearchJob {
  readonly source: string;
  readonly flags: string;
}
export interface SearchTask {
  readonly offset: number;
  readonly bytes: Uint8Array | null;
}

/**
 * Looks through a range of a log line by line, oldest first; ends when nobody asks for the next step. Throws
 * ConsoleError bad-pattern: at once for what is no regular expression, later for one that takes too long.
 */
export async function* searchLog(
  log: ReadableLog,
  range: OffsetRange,
  query: LogQuery,
  signal: AbortSignal,
): AsyncGenerator<SearchStep, void> {
  const worker = beginWorker(jobOf(query));
  // `once` below hears errors while it waits; between two steps nobody else does.
  worker.on("error", () => {});
  const ask = (task: SearchTask): Promise<FoundLine[]> => answerOf(worker, task, signal);
  try {
    for (const piece of piecesOf(log, range, PIECE_BYTES)) {
      if (piece.kind === "hole") continue;
      const found = await ask(piece);
      yield { found: withTimes(log, found), searchedTo: piece.offset + piece.bytes.length };
    }
    yield { found: withTimes(log, await ask({ offset: range.to, bytes: null })), searchedTo: range.to };
  } finally {
    void worker.terminate();
  }
}

/** Throws ConsoleError bad-pattern. */
const jobOf = ({ pattern, isRegex, matchCase }: LogQuery): SearchJob => {
  if (pattern === "" || pattern.length > PATTERN_MAXIMUM_CHARACTERS) {
    throw badPattern(`Search for 1 to ${PATTERN_MAXIMUM_CHARACTERS} characters.`);
  }
  const source = isRegex ? pattern : pattern.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const flags = matchCase ? "" : "i";
  try {
    new RegExp(source, flags);
  } catch (error) {
    throw badPattern(`That is no regular expression: ${reasonOf(error as Error)}.`);
  }
  return { source, flags };
};

/** Without the expression itself, which whoever reads it has before their eyes. */
const reasonOf = ({ message }: Error): string => message.slice(message.lastIndexOf(": ") + 1).trim();

const answerOf = async (worker: Worker, task: SearchTask, signal: AbortSignal): Promise<FoundLine[]> => {
  const deadline = AbortSignal.timeout(PIECE_DEADLINE_MS);
  worker.postMessage(task);
  try {
    const [found] = await once(worker, "message", { signal: AbortSignal.any([signal, deadline]) });
    return found;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (deadline.aborted) {
      throw badPattern("This expression takes too long: simplify it, above all a repetition inside a repetition.");
    }
    throw badPattern(`This expression cannot be searched for: ${(error as Error).message}`);
  }
};

/** The time of each line. Most pieces have no hit, and then nothing is read. */
const withTimes = (log: ReadableLog, found: readonly FoundLine[]): SearchStep["found"] => {
  const [first, last] = [found.at(0), found.at(-1)];
  if (first === undefined || last === undefined) return [];
  const times = log.marks(first.offset, last.offset).filter((mark) => "at" in mark);
  let at = log.timeAt(first.offset);
  let next = 0;
  return found.map((line) => {
    for (; next < times.length && (times[next]?.offset ?? 0) <= line.offset; next += 1) at = times[next]?.at ?? at;
    return { ...line, at };
  });
};

const badPattern = (message: string): ConsoleError => new ConsoleError("bad-pattern", message);

/** Built, the worker is JavaScript; from the sources, as in tests, it needs a loader that a new thread does not have. */
const beginWorker = (workerData: SearchJob): Worker => {
  const options = { workerData, env: {}, resourceLimits: { maxOldGenerationSizeMb: WORKER_MEMORY_MB } };
  if (!import.meta.url.endsWith(".ts")) return new Worker(new URL("./searchWorker.js", import.meta.url), options);
  const loader = createRequire(import.meta.url).resolve("tsx/cjs/api");
  const source = fileURLToPath(new URL("./searchWorker.ts", import.meta.url));
  const begin = `require(${JSON.stringify(loader)}).register(); require(${JSON.stringify(source)})`;
  return new Worker(begin, { ...options, eval: true });
};
