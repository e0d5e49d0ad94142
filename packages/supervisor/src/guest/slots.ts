import { closeSync } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { CorralError, DISKS_MAXIMUM } from "@corral/contracts";
import type { Mount } from "../sandbox/sandbox.ts";
import type { GuestFolder } from "./guestFolder.ts";
import type { DiskSlot } from "./launchRecord.ts";
import { openPinned, type PinnedFile, pinOwnFile } from "./ownFile.ts";
import { removeTree } from "./removeTree.ts";

/*
 * A sandbox cannot be given another mount, and a folder in which files could appear would be one in which the guest makes
 * names. So it has an empty file for each disk that may come: mounted each by itself, so that inside no name can be made,
 * moved or taken away, while outside the names lie in a folder that no guest sees. A disk is made in its file, in place.
 */

const INSIDE = "/hot/disks";
const NUMBERS = Array.from({ length: DISKS_MAXIMUM }, (_, ubd) => ubd);

/** Path of a slot's file in the sandbox. */
export const slotInside = (ubd: number): string => `${INSIDE}/ubd${ubd}`;

export const slotPath = (folder: GuestFolder, ubd: number): string => join(folder.slots, `ubd${ubd}`);

export const slotMounts = (folder: GuestFolder): Mount[] =>
  NUMBERS.map((ubd) => ({ source: slotPath(folder, ubd), target: slotInside(ubd), writable: true }));

/** The slots of a launch, all empty. What was plugged in for the run before, and was not kept, goes. */
export const makeSlots = async (folder: GuestFolder, owner: number | null): Promise<DiskSlot[]> => {
  await removeTree(folder.slots);
  await mkdir(folder.slots, { mode: 0o700 });
  return Promise.all(
    NUMBERS.map(async (ubd) => {
      const handle = await open(slotPath(folder, ubd), "wx", 0o600);
      try {
        if (owner !== null) await handle.chown(owner, owner);
        const { ino } = await handle.stat({ bigint: true });
        return { ubd, inode: String(ino), plugged: null };
      } finally {
        await handle.close();
      }
    }),
  );
};

/**
 * The file of a slot, which is found to be the one that the launch made. `kept`: it has a second name, as the guest's
 * own disk. Throws CorralError host_unfit. Close its `fd`.
 */
export const pinSlot = (folder: GuestFolder, slot: DiskSlot, owner: number | null): PinnedFile & { kept: boolean } => {
  const path = slotPath(folder, slot.ubd);
  const pinned = pinOwnFile(path, owner, { names: [1n, 2n] });
  if (pinned !== null && String(pinned.facts.ino) === slot.inode) return { ...pinned, kept: pinned.facts.nlink === 2n };
  if (pinned !== null) closeSync(pinned.fd);
  throw new CorralError(
    "host_unfit",
    `${path} is not the file that the guest was started with, so nothing can be plugged in as ubd${slot.ubd}. Restart the guest.`,
  );
};

/** Opens the file of a slot for writing, with nothing in it. Throws CorralError in_use where it is a kept disk. */
export const openEmptySlot = async (folder: GuestFolder, slot: DiskSlot, owner: number | null): Promise<FileHandle> => {
  const pinned = pinSlot(folder, slot, owner);
  try {
    if (pinned.kept) {
      throw new CorralError(
        "in_use",
        `ubd${slot.ubd} was plugged in and kept in this run: it is a disk of the definition. Remove it there first.`,
      );
    }
    const handle = await openPinned(pinned, "write");
    await handle.truncate(0);
    return handle;
  } finally {
    closeSync(pinned.fd);
  }
};

/** Gives back what a slot's file takes, unless it was kept. */
export const emptySlot = async (folder: GuestFolder, slot: DiskSlot, owner: number | null): Promise<boolean> => {
  const pinned = pinSlot(folder, slot, owner);
  try {
    if (pinned.kept) return false;
    const handle = await openPinned(pinned, "write");
    try {
      await handle.truncate(0);
    } finally {
      await handle.close();
    }
    return true;
  } finally {
    closeSync(pinned.fd);
  }
};
