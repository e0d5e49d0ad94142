import { closeSync, constants, type FSWatcher, fstatSync, lstatSync, openSync, readdirSync, watch } from "node:fs";
import { holdsDeletedFile } from "../sandbox/deletedFiles.ts";
import { O_PATH } from "../syscalls.ts";

/** Bytes on disk of a guest's own directory. UML keeps a socket there, and a file with a number. */
const BYTES_MAXIMUM = 1024 * 1024;
const ENTRIES_MAXIMUM = 64;
/** The directory, the umid's in it, the files in that. */
const DEPTH_MAXIMUM = 2;
const BLOCK_BYTES = 512;
/** Milliseconds between looks, however often something changes: a guest that toggles a file must not keep the server busy. */
const LOOK_EVERY_MS = 20;

export interface UmlDir {
  /** Where it lies on the host. */
  readonly folder: string;
  /** Where the guest has it. */
  readonly inside: string;
}

/**
 * Watches the one directory of the host in which a guest can make names, so that it cannot fill the host's disk there: its
 * root reaches it through hostfs, without any trick. Tells once, with what it found. While no server runs nobody watches.
 */
export class UmlDirGuard {
  readonly #dir: UmlDir;
  readonly #kernel: () => number | null;
  readonly #onOverfull: (found: string) => void;
  /** By inode and birth: a folder that was removed and made again is another one, which nobody watches yet. */
  readonly #watchers = new Map<string, FSWatcher>();
  /** Whether there is a folder that the host gave no watch for. */
  #isBlind = false;
  #soon: NodeJS.Timeout | null = null;
  #over = false;

  /** `kernel`: the guest's process, once it is known. */
  constructor(dir: UmlDir, kernel: () => number | null, onOverfull: (found: string) => void) {
    this.#dir = dir;
    this.#kernel = kernel;
    this.#onOverfull = onOverfull;
    this.check();
  }

  /** To be called by the clock: looks where the host has no watches left to give. Otherwise changes are told by themselves. */
  checkUnwatched(): void {
    if (this.#isBlind) this.check();
  }

  /** Looks now. */
  check(): void {
    if (this.#over) return;
    const found = this.#measure() ?? this.#hidden();
    if (found === null) return;
    this.close();
    this.#onOverfull(found);
  }

  /** Idempotent. */
  close(): void {
    this.#over = true;
    if (this.#soon !== null) clearTimeout(this.#soon);
    this.#keepWatching(new Set());
  }

  #lookSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = null;
      this.check();
    }, LOOK_EVERY_MS).unref();
  }

  #hidden(): string | null {
    const kernel = this.#kernel();
    return kernel !== null && holdsDeletedFile(kernel, this.#dir.inside)
      ? "a deleted file that it still writes to"
      : null;
  }

  #measure(): string | null {
    this.#isBlind = false;
    const present = new Set<string>();
    try {
      const found = this.#measureFolder(Buffer.from(this.#dir.folder), 1, { bytes: 0, entries: 0 }, present);
      if (found === null) this.#keepWatching(present);
      return found;
    } catch (error) {
      // Whoever made it has taken everybody's rights to it away.
      if ((error as NodeJS.ErrnoException).code === "EACCES") return "a folder that nobody may look into";
      // This process is out of descriptors, for one: the clock looks again.
      this.#isBlind = true;
      return null;
    }
  }

  /** A folder is pinned before anything is looked up in it: the guest may put a symlink in its place at any moment. */
  #measureFolder(
    path: Buffer,
    depth: number,
    sum: { bytes: number; entries: number },
    present: Set<string>,
  ): string | null {
    if (depth > DEPTH_MAXIMUM) return "folders inside folders";
    const pinned = pinFolder(path);
    if (pinned === null) return null;
    try {
      const here = `/proc/self/fd/${pinned}`;
      const identity = this.#watch(pinned, here);
      if (identity !== null) present.add(identity);
      // Names are bytes: one that is no text would else not be found.
      for (const name of readdirSync(here, { encoding: "buffer" })) {
        const entry = Buffer.concat([Buffer.from(`${here}/`), name]);
        const stat = lstatSync(entry, { throwIfNoEntry: false });
        sum.entries += 1;
        sum.bytes += (stat?.blocks ?? 0) * BLOCK_BYTES;
        if (sum.entries > ENTRIES_MAXIMUM) return `more than ${ENTRIES_MAXIMUM} files`;
        if (sum.bytes > BYTES_MAXIMUM) return `more than ${BYTES_MAXIMUM / 1024 / 1024} MiB`;
        const below = stat?.isDirectory() === true ? this.#measureFolder(entry, depth + 1, sum, present) : null;
        if (below !== null) return below;
      }
      return null;
    } finally {
      closeSync(pinned);
    }
  }

  /** Returns which folder it is; null: it has just gone, or cannot be watched. */
  #watch(pinned: number, path: string): string | null {
    try {
      const { ino, birthtimeNs } = fstatSync(pinned, { bigint: true });
      const identity = `${ino} ${birthtimeNs}`;
      if (!this.#watchers.has(identity)) {
        const watcher = watch(path, { persistent: false }, () => this.#lookSoon());
        watcher.on("error", () => {
          watcher.close();
          this.#watchers.delete(identity);
          this.#isBlind = true;
        });
        this.#watchers.set(identity, watcher);
      }
      return identity;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") this.#isBlind = true;
      return null;
    }
  }

  #keepWatching(identities: ReadonlySet<string>): void {
    for (const [identity, watcher] of this.#watchers) {
      if (identities.has(identity)) continue;
      watcher.close();
      this.#watchers.delete(identity);
    }
  }
}

/** null: it is gone, or no folder any more. */
const pinFolder = (path: Buffer): number | null => {
  try {
    return openSync(path, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
};
