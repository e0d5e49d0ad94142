import { closeSync, fdatasync, fstatSync, openSync } from "node:fs";
import { promisify } from "node:util";

const sync = promisify(fdatasync);

/**
 * Takes what was written to the database to the disk itself, in a thread of its own: consoles pass through the one that
 * writes, and a slow disk takes half a second for it. In WAL mode all that a commit wrote is in the -wal file, and with
 * `synchronous = NORMAL` SQLite leaves it to us when that has to outlast the host's power. Nobody locks that file, so that
 * to close it takes nobody's locks away, as it would with the database itself.
 */
export class WalSync {
  readonly #fd: number;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  /** `database` is open, and has been written to. */
  constructor(database: string) {
    this.#fd = openSync(`${database}-wal`, "r");
  }

  /** Bytes that wait for a checkpoint, or are left of the last one. */
  get bytes(): number {
    return fstatSync(this.#fd).size;
  }

  /** Resolves when all that was committed before this call is on the disk. Rejects as the file system does. */
  done(): Promise<void> {
    if (this.#running === null) {
      this.#running = sync(this.#fd).finally(() => {
        this.#running = null;
      });
      return this.#running;
    }
    // What runs may have begun before the last commit. All who ask meanwhile wait for the same next one.
    const again = () => {
      this.#next = null;
      return this.done();
    };
    this.#next ??= this.#running.then(again, again);
    return this.#next;
  }

  /** Resolves when it is closed; what runs comes to its end first. */
  async close(): Promise<void> {
    await (this.#next ?? this.#running)?.catch(() => {});
    closeSync(this.#fd);
  }
}
