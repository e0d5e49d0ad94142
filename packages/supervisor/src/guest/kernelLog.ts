import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { punchHole } from "../syscalls.ts";

/**
 * The newest part of a guest's kernel log that is kept. A boot prints 7 KB and a panic 4, so this is hundreds of boots,
 * or an hour of a driver gone mad.
 */
export const KERNEL_LOG_BUDGET_BYTES = 8 * 1024 * 1024;
/** Space is given back in steps, not with each line. */
const PUNCH_STEP_BYTES = 1024 * 1024;

/**
 * The append-only file into which a guest's kernel writes its messages, whether or not a server runs. The guest holds a
 * descriptor of its own; offsets are absolute for good, since space is given back by holes and never by truncation.
 */
export class KernelLog {
  readonly #fd: number;
  #punched = 0;
  #closed = false;

  constructor(path: string) {
    this.#fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
    this.keepWithinBudget();
  }

  /** To be inherited by the guest; stays this log's own. */
  get fd(): number {
    return this.#fd;
  }
  /** Offset of the next byte. */
  get end(): number {
    return fstatSync(this.#fd).size;
  }
  /** Offset of the first byte that is kept. */
  get start(): number {
    return this.#punched;
  }

  /** Bytes from `from`, at most `limit` and at most to the end. */
  read(from: number, limit: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(limit, this.end - from)));
    return bytes.subarray(0, readSync(this.#fd, bytes, 0, bytes.length, from));
  }

  /** Text from `from` to the end, at most its last `limit` bytes. */
  tail(from: number, limit: number): string {
    return this.read(Math.max(from, this.end - limit, this.#punched), limit).toString("utf8");
  }

  /** Gives back what is older than the budget. Called now and then, and when a server starts. */
  keepWithinBudget(): void {
    const target = Math.floor(Math.max(0, this.end - KERNEL_LOG_BUDGET_BYTES) / PUNCH_STEP_BYTES) * PUNCH_STEP_BYTES;
    if (target <= this.#punched) return;
    punchHole(this.#fd, 0, target);
    this.#punched = target;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
  }
}
