import type { TakeOutput } from "./linkRun.ts";

interface Command {
  readonly words: readonly string[];
  readonly signal?: AbortSignal;
}

/** What waits for its turn together. */
export type Lane = "commands" | "files" | "questions";

export interface RunRequest extends Command {
  readonly lane: Lane;
  readonly input?: Uint8Array;
  /** Milliseconds from the call on; then the command and all its children are ended. */
  readonly timeoutMs: number;
  readonly outputMaximumBytes?: number;
}

export interface StreamRequest extends Command {
  /** Read as the command reads it, and no longer than it runs. Left out: it has none. */
  readonly input?: AsyncIterable<Uint8Array>;
  /** null: as long as it likes. */
  readonly timeoutMs: number | null;
  readonly onOutput: TakeOutput;
}

export interface StreamResult {
  /** null when it had to be ended and was not reported. 128 and its number for a signal, as in a shell. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** The end of its output was not seen: what came may not be all. */
  readonly incomplete: boolean;
}

export interface RunResult extends StreamResult {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Whether there was more output than was kept. */
  readonly truncated: boolean;
}
