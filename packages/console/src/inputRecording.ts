import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";

/** Bytes that the recording of one console may take. The older half goes when the newer one is full. */
export const RECORDING_MAXIMUM_BYTES = 4 * 1024 * 1024;
/** Keystrokes of one viewer become one entry until a line ends, it pauses for so long, */
const PAUSE_MS = 2_000;
/** or so much was typed. */
const ENTRY_MAXIMUM_BYTES = 4 * 1024;

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/** A piece of what somebody typed: most often a line. */
export interface TypedEntry {
  /** ISO 8601, of its first keystroke. */
  readonly at: string;
  readonly user: string;
  readonly from: string;
  /** Length of the console's log when it was typed. */
  readonly offset: number;
  /** What is not UTF-8 in it reads as U+FFFD. */
  readonly text: string;
}

interface Typist {
  readonly id: string;
  readonly user: string;
  readonly from: string;
}

interface Pending {
  readonly typist: Typist;
  readonly at: string;
  readonly offset: number;
  readonly chunks: Uint8Array[];
  length: number;
}

/**
 * Keeps what is typed into a console: lines of JSON in a file beside its log, and one older file. The line that is being
 * typed is in memory; a process that is killed loses it.
 */
export class InputRecording {
  readonly #folder: string;
  readonly #onProblem: (message: string) => void;
  #pending: Pending | null = null;
  #pause: NodeJS.Timeout | null = null;

  /** `onProblem` is told when something typed could not be kept; typing itself goes on. */
  constructor(folder: string, onProblem: (message: string) => void) {
    this.#folder = folder;
    this.#onProblem = onProblem;
  }

  typed(typist: Typist, bytes: Uint8Array, offset: number): void {
    if (this.#pending !== null && this.#pending.typist.id !== typist.id) this.flush();
    this.#pending ??= { typist, at: new Date().toISOString(), offset, chunks: [], length: 0 };
    // The caller's buffer is its own again when this returns.
    this.#pending.chunks.push(Uint8Array.from(bytes));
    this.#pending.length += bytes.length;
    const last = bytes.at(-1);
    if (last === CARRIAGE_RETURN || last === LINE_FEED || this.#pending.length >= ENTRY_MAXIMUM_BYTES) {
      this.flush();
      return;
    }
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.flush(), PAUSE_MS).unref();
  }

  /** Writes what is in memory. Call it when the recording ends. */
  flush(): void {
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#pause = null;
    const pending = this.#pending;
    this.#pending = null;
    if (pending === null) return;
    const { typist, at, offset, chunks } = pending;
    const entry: TypedEntry = {
      at,
      user: typist.user,
      from: typist.from,
      offset,
      text: Buffer.concat(chunks).toString("utf8"),
    };
    try {
      append(this.#folder, `${JSON.stringify(entry)}\n`);
    } catch (error) {
      this.#onProblem(error instanceof Error ? error.message : String(error));
    }
  }
}

/** The newest entries that are kept in a folder, oldest first. What cannot be read is left out. */
export const readRecording = (folder: string, limit: number): TypedEntry[] =>
  [olderFile(folder), newerFile(folder)].flatMap(entriesOf).slice(-limit);

const newerFile = (folder: string): string => join(folder, "typed.jsonl");
const olderFile = (folder: string): string => join(folder, "typed-older.jsonl");

const append = (folder: string, line: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = newerFile(folder);
  const { size } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0 };
  if (size + Buffer.byteLength(line) > RECORDING_MAXIMUM_BYTES / 2) renameSync(file, olderFile(folder));
  appendFileSync(file, line, { mode: 0o600 });
};

const entriesOf = (file: string): TypedEntry[] => {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as TypedEntry];
    } catch {
      // The end of the file, or a line that a full disk has torn.
      return [];
    }
  });
};
