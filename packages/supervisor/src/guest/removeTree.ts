import { randomBytes } from "node:crypto";
import { closeSync, constants, openSync } from "node:fs";
import { chmod, readdir, rename, rmdir, unlink } from "node:fs/promises";
import { O_PATH } from "../syscalls.ts";

/*
 * Takes away a folder in which a guest could make names. Such a folder has names that are no text, folders without any
 * rights, folders in folders without end, and symlinks that were folders a moment ago. So nothing below it is ever looked
 * up by a path: each folder is pinned, and what is in it is named by that pin. What lies deeper than one folder is brought
 * up first, so that depth costs neither descriptors nor a longer path.
 */

const RANDOM_NAME_BYTES = 12;

/** Removes a folder and all that is in it; symlinks are removed, not followed. Nothing there: fine. Rejects as unlink(2) does. */
export const removeTree = async (path: string): Promise<void> => {
  if (await isGone(path)) return;
  const top = pinFolder(Buffer.from(path));
  try {
    // Each round takes away one level; what a process that still lives puts there anew ends it with ENOTEMPTY.
    for (let names = await namesIn(top); names.length > 0; names = await namesIn(top)) {
      for (const name of names) await removeEntry(top, name);
    }
  } finally {
    closeSync(top);
  }
  await rmdir(path);
};

const isGone = async (path: string | Buffer): Promise<boolean> => {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return true;
    if (codeOf(error) === "EISDIR") return false;
    throw error;
  }
};

const removeEntry = async (top: number, name: Buffer): Promise<void> => {
  const path = inside(top, name);
  if (await isGone(path)) return;
  const folder = pinFolder(path);
  try {
    for (const child of await namesIn(folder)) {
      const below = inside(folder, child);
      if (await isGone(below)) continue;
      const deeper = pinFolder(below);
      try {
        // To be moved elsewhere, a folder itself has to be writable.
        await open(deeper);
      } finally {
        closeSync(deeper);
      }
      await rename(below, inside(top, Buffer.from(randomBytes(RANDOM_NAME_BYTES).toString("hex"))));
    }
  } finally {
    closeSync(folder);
  }
  await rmdir(path);
};

/** Whatever rights its maker left. */
const namesIn = async (folder: number): Promise<Buffer[]> => {
  await open(folder);
  return readdir(`/proc/self/fd/${folder}`, { encoding: "buffer" });
};

const open = (folder: number): Promise<void> => chmod(`/proc/self/fd/${folder}`, 0o700);

const pinFolder = (path: Buffer): number => openSync(path, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);

const inside = (folder: number, name: Buffer): Buffer => Buffer.concat([Buffer.from(`/proc/self/fd/${folder}/`), name]);

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
