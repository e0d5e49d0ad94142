import { closeSync, existsSync, lstatSync, openSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { hasSandboxes } from "../launch/remains.ts";
import { GuestFolder, SHORT_ID_LENGTH } from "./guestFolder.ts";
import { removeTree } from "./removeTree.ts";

/*
 * A guest is deleted in this order: a mark beside its folder, then the definition that refers to it, then what it has on
 * disk, then the mark. So whatever a server was killed in the middle of, the next start knows what was meant: a marked
 * guest with a definition is as it was, and one without is taken away to the end.
 */

const MARK = ".deleted";
const ID = /^[a-z0-9]{16}$/;

const markOf = (folder: GuestFolder): string => `${folder.folder}${MARK}`;

/** What follows deletes it. Throws as the file system does. */
export const markDeleted = (folder: GuestFolder): void => closeSync(openSync(markOf(folder), "w", 0o600));

/** It is not deleted after all, or wholly. */
export const unmarkDeleted = (folder: GuestFolder): void => rmSync(markOf(folder), { force: true });

export interface SweepOptions {
  readonly home: string;
  readonly runFolder: string;
  /** Every guest that there is, those that can be brought back included. */
  readonly known: ReadonlySet<string>;
}

/**
 * Takes away what a server that was killed left of guests that it was deleting or making: folders that are marked, and
 * those in which no guest ever ran. Nothing that a process still uses is touched, nothing that is not in the form of ours,
 * and no folder with disks or logs that is not marked: after an older backup of the database came back it may be all that
 * is left of a guest. Those folders are returned.
 */
export const sweepGuests = async ({ home, runFolder, known }: SweepOptions): Promise<string[]> => {
  const left: string[] = [];
  const names = readdirSync(join(home, "guests"));
  const marked = new Set(names.filter((name) => name.endsWith(MARK)).map((name) => name.slice(0, -MARK.length)));
  for (const id of new Set([...names, ...marked])) {
    if (!ID.test(id)) continue;
    const folder = new GuestFolder(home, runFolder, id);
    if (known.has(id)) {
      if (marked.has(id)) unmarkDeleted(folder);
    } else if ((marked.has(id) || neverRan(folder)) && (await takeAway(folder))) unmarkDeleted(folder);
    else left.push(folder.folder);
  }
  const shortIds = new Set(
    [...known, ...left.map((path) => path.slice(-16))].map((id) => id.slice(0, SHORT_ID_LENGTH)),
  );
  for (const name of readdirSync(runFolder)) {
    const path = join(runFolder, name);
    if (name.length !== SHORT_ID_LENGTH || !/^[a-z0-9]+$/.test(name) || shortIds.has(name)) continue;
    if (lstatSync(path).isDirectory()) await takeAway(new GuestFolder(home, runFolder, name));
  }
  return left;
};

/** Whether it is gone. */
const takeAway = async (folder: GuestFolder): Promise<boolean> => {
  try {
    if (hasSandboxes(folder)) return false;
    await removeTree(folder.run);
    await removeTree(folder.folder);
    return true;
  } catch {
    // It cannot be told, or not be removed. The next start tries again.
    return false;
  }
};

/** What is there before the first start of a guest, and what a transaction that was never finished has made. */
const neverRan = (folder: GuestFolder): boolean => {
  if (!lstatSync(folder.folder, { throwIfNoEntry: false })?.isDirectory()) return false;
  const { size = 0 } = statSync(folder.kernelLog, { throwIfNoEntry: false }) ?? {};
  const disks = existsSync(folder.disks) ? readdirSync(folder.disks) : [];
  return size === 0 && disks.length === 0 && !existsSync(folder.launchRecord) && !existsSync(folder.history);
};
