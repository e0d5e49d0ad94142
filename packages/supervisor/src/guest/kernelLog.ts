import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { punchHole } from "../syscalls.ts";

/**
 * The newest part of a guest's kernel log that is kept. A boot prints 7 KB and a panic 4, so this is hundreds of boots,
 * or an hour of a driver gone mad.
 */
export const KERNEL_LOG_BUDGET_BYTES = 8 * 1024 * 1024;
/** Its file grows for ever, in name; what a run may add before a server has raised the limit (fileLimit.ts) anew. */
const ROOM_BYTES = 64 * 1024 * 1024;
/** How large the file may become that has this length now. */
export const kernelLogRoom = (end: number): number => end + ROOM_BYTES;
/** Space is given back in steps, not with each line. */
const PUNCH_STEP_BYTES = 1024 * 1024;

/**
 * The append-only file into which a guest's kernel writes its messages, whether or not a server runs. The guest holds a
 * descriptor of its own; offsets are absolute for good, since space is given back by holes and never by truncation.
 * Corral holds one from `hold` to `rest`, while the guest runs; at other times each look opens the file.
 */
export class KernelLog {
  readonly #path: string;
  #fd: number | null = null;
  #punched = 0;

  constructor(path: string) {
    this.#path = path;
    this.keepWithinBudget();
  }

  /** The descriptor, to be inherited by the guest; it stays this log's own, until `rest`. Throws the system's error. */
  hold(): number {
    this.#fd ??= this.#open();
    return this.#fd;
  }

  /** The guest is off: gives the descriptor back. Idempotent. */
  rest(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  /** Offset of the next byte. */
  get end(): number {
    return this.#fd === null ? statSync(this.#path).size : fstatSync(this.#fd).size;
  }
  /** Offset of the first byte that is kept. */
  get start(): number {
    return this.#punched;
  }

  /** Bytes from `from`, at most `limit` and at most to the end. */
  read(from: number, limit: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(limit, this.end - from)));
    return this.#with((fd) => bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from)));
  }

  /** Text from `from` to the end, at most its last `limit` bytes. */
  tail(from: number, limit: number): string {
    return this.read(Math.max(from, this.end - limit, this.#punched), limit).toString("utf8");
  }

  /** Gives back what is older than the budget. Called now and then, and when a server starts. */
  keepWithinBudget(): void {
    this.#with((fd) => {
      const excess = Math.max(0, fstatSync(fd).size - KERNEL_LOG_BUDGET_BYTES);
      const target = Math.floor(excess / PUNCH_STEP_BYTES) * PUNCH_STEP_BYTES;
      if (target <= this.#punched) return;
      punchHole(fd, 0, target);
      this.#punched = target;
    });
  }

  #open(): number {
    return openSync(this.#path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
  }

  /** Throws the system's error. */
  #with<T>(use: (fd: number) => T): T {
    if (this.#fd !== null) return use(this.#fd);
    const fd = this.#open();
    try {
      return use(fd);
    } finally {
      closeSync(fd);
    }
  }
}
