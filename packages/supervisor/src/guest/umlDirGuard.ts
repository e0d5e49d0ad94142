import { type FSWatcher, lstatSync, readdirSync, watch } from "node:fs";
import { join } from "node:path";

/** Bytes on disk of a guest's own directory. UML keeps a socket there, and a file with a number. */
const BYTES_MAXIMUM = 1024 * 1024;
const ENTRIES_MAXIMUM = 64;
/** The directory, the umid's in it, the files in that. */
const DEPTH_MAXIMUM = 2;
const BLOCK_BYTES = 512;

/**
 * Watches the one directory of the host that a guest can write to, so that it cannot fill the host's disk there: its root
 * reaches it through hostfs, without any trick. Tells once, with what it found. While no server runs nobody watches.
 */
export class UmlDirGuard {
  readonly #folder: string;
  readonly #onOverfull: (found: string) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #over = false;

  constructor(folder: string, onOverfull: (found: string) => void) {
    this.#folder = folder;
    this.#onOverfull = onOverfull;
    this.check();
  }

  /** Looks now. Called by itself when something changes; and by the clock, where the host has no watches left to give. */
  check(): void {
    if (this.#over) return;
    const found = this.#measure();
    if (found === null) return;
    this.close();
    this.#onOverfull(found);
  }

  /** Idempotent. */
  close(): void {
    this.#over = true;
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #measure(): string | null {
    let bytes = 0;
    let entries = 0;
    const folders = [{ path: this.#folder, depth: 1 }];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      if (folder.depth > DEPTH_MAXIMUM) return "folders inside folders";
      this.#watch(folder.path);
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
    return null;
  }

  #watch(path: string): void {
    if (this.#watchers.has(path)) return;
    try {
      const watcher = watch(path, { persistent: false }, () => this.check());
      this.#watchers.set(path, watcher);
      watcher.on("error", () => this.#forget(path));
    } catch {
      // It has just gone, or the host gives no more watches.
    }
  }

  #forget(path: string): void {
    this.#watchers.get(path)?.close();
    this.#watchers.delete(path);
  }
}

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};
