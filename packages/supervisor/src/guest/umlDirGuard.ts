import { type FSWatcher, lstatSync, readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { holdsDeletedFile } from "../sandbox/deletedFiles.ts";

/** Bytes on disk of a guest's own directory. UML keeps a socket there, and a file with a number. */
const BYTES_MAXIMUM = 1024 * 1024;
const ENTRIES_MAXIMUM = 64;
/** The directory, the umid's in it, the files in that. */
const DEPTH_MAXIMUM = 2;
const BLOCK_BYTES = 512;
/** Milliseconds between looks, however often something changes: a guest that toggles a file must not keep the server busy. */
const LOOK_EVERY_MS = 20;

/**
 * Watches the one directory of the host that a guest can write to, so that it cannot fill the host's disk there: its root
 * reaches it through hostfs, without any trick. Tells once, with what it found. While no server runs nobody watches.
 */
export class UmlDirGuard {
  readonly #folder: string;
  readonly #kernel: () => number | null;
  readonly #onOverfull: (found: string) => void;
  /** By inode and birth: a folder that was removed and made again is another one, which nobody watches yet. */
  readonly #watchers = new Map<string, FSWatcher>();
  /** Whether there is a folder that the host gave no watch for. */
  #isBlind = false;
  #soon: NodeJS.Timeout | null = null;
  #over = false;

  /** `kernel`: the guest's process, once it is known. */
  constructor(folder: string, kernel: () => number | null, onOverfull: (found: string) => void) {
    this.#folder = folder;
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
    return kernel !== null && holdsDeletedFile(kernel, this.#folder) ? "a deleted file that it still writes to" : null;
  }

  #measure(): string | null {
    this.#isBlind = false;
    let bytes = 0;
    let entries = 0;
    const present = new Set<string>();
    const folders = [{ path: this.#folder, depth: 1 }];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      if (folder.depth > DEPTH_MAXIMUM) return "folders inside folders";
      const identity = this.#watch(folder.path);
      if (identity !== null) present.add(identity);
      for (const name of namesIn(folder.path)) {
        const path = join(folder.path, name);
        const stat = lstatSync(path, { throwIfNoEntry: false });
        if (stat === undefined) continue;
        entries += 1;
        bytes += stat.blocks * BLOCK_BYTES;
        if (entries > ENTRIES_MAXIMUM) return `more than ${ENTRIES_MAXIMUM} files`;
        if (bytes > BYTES_MAXIMUM) return `more than ${BYTES_MAXIMUM / 1024 / 1024} MiB`;
        if (stat.isDirectory()) folders.push({ path, depth: folder.depth + 1 });
      }
    }
    this.#keepWatching(present);
    return null;
  }

  /** Returns which folder it is; null: it has just gone, or cannot be watched. */
  #watch(path: string): string | null {
    try {
      const { ino, birthtimeNs } = lstatSync(path, { bigint: true });
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

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};
