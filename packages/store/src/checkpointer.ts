import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

/** As often it is looked how much there is to take over. */
const LOOK_EVERY_MS = 1_000;
/** SQLite's own threshold, 1000 pages: with less a checkpoint is not worth its two waits for the disk. */
export const WAL_MAXIMUM_BYTES = 4 * 1024 * 1024;

/** Passes in a row, of which each has less to do than the one before. */
const PASSES_MAXIMUM = 5;
/** Where writes come so close that no pass catches up, the thread that writes does the rest from this size on. */
const WAL_BOUND_BYTES = 16 * WAL_MAXIMUM_BYTES;

export interface CheckpointerOptions {
  /** The database's file. */
  readonly file: string;
  /** Size of its -wal file in bytes. */
  readonly walBytes: () => number;
  /** Takes over the rest in this thread. */
  readonly finish: () => void;
  /** The thread has failed: somebody else has to see to checkpoints. */
  readonly onFailed: () => void;
}

/**
 * Takes over what stands in the -wal file into the database, in a thread of its own that is begun when it is first needed.
 * SQLite would do it in the thread that writes, within the write that makes the file large: 4 MiB copied and two waits for
 * the disk, while every console stands still.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  readonly #timer: NodeJS.Timeout;
  #worker: Worker | null = null;
  #isBusy = false;
  #passes = 0;
  /** Size of the -wal file when all of it was last taken over. It keeps its size then, and is written from its beginning. */
  #doneBytes = 0;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#worker?.removeAllListeners("exit");
    await this.#worker?.terminate();
    this.#worker = null;
  }

  #look(): void {
    const bytes = this.#options.walBytes();
    this.#doneBytes = Math.min(this.#doneBytes, bytes);
    if (this.#isBusy || bytes < WAL_MAXIMUM_BYTES || bytes === this.#doneBytes) return;
    this.#passes = 0;
    this.#ask();
  }

  /** Only when all was taken over does the file begin anew. What was written meanwhile is little, and soon taken over too. */
  #heard(isWhole: boolean): void {
    this.#isBusy = false;
    this.#passes += 1;
    const bytes = this.#options.walBytes();
    if (isWhole) this.#doneBytes = bytes;
    else if (this.#passes < PASSES_MAXIMUM) this.#ask();
    else if (bytes > WAL_BOUND_BYTES) this.#options.finish();
  }

  #ask(): void {
    this.#isBusy = true;
    this.#worker ??= this.#begin();
    this.#worker.postMessage("checkpoint");
  }

  #begin(): Worker {
    const worker = beginWorker(this.#options.file);
    worker.unref();
    worker.on("message", (isWhole: boolean) => this.#heard(isWhole));
    const failed = () => {
      clearInterval(this.#timer);
      this.#options.onFailed();
    };
    worker.on("error", () => {});
    worker.once("exit", failed);
    return worker;
  }
}

/** Built, the worker is JavaScript; from the sources, as in tests, it needs a loader that a new thread does not have. */
const beginWorker = (file: string): Worker => {
  const options = { workerData: file, env: {} };
  if (!import.meta.url.endsWith(".ts")) return new Worker(new URL("./checkpointWorker.js", import.meta.url), options);
  const loader = createRequire(import.meta.url).resolve("tsx/cjs/api");
  const source = fileURLToPath(new URL("./checkpointWorker.ts", import.meta.url));
  const begin = `require(${JSON.stringify(loader)}).register(); require(${JSON.stringify(source)})`;
  return new Worker(begin, { ...options, eval: true });
};
