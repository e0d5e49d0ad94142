import { lstatSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { GuestFolder } from "./guestFolder.ts";
import type { LaunchRecord } from "./launchRecord.ts";
import { openOwnFile } from "./ownFile.ts";
import { removeTree } from "./removeTree.ts";
import { slotPath } from "./slots.ts";

const BLOCK_BYTES = 512;
const MIB = 1024 * 1024;
/** What a file system takes for a file beside its content, to say where that lies, and ahead of what is being written. */
const SLACK_BYTES = 16 * MIB;

/**
 * Which file of a guest's disks is larger than it may be, in words; null: none is. Its root reaches them through hostfs,
 * up to the largest that any of them may become (sandbox/fileLimit.ts).
 */
export const overgrownDisk = (
  { diskFiles, slots }: Pick<LaunchRecord, "diskFiles" | "slots">,
  folder: GuestFolder,
): string | null => {
  for (const { name, bytes } of diskFiles) {
    const facts = look(join(folder.disks, name));
    if (facts !== null && isLarger(facts, bytes)) return `${inMiB(facts)} in ${name}, a disk of ${mib(bytes)} at most`;
  }
  for (const { ubd, plugged } of slots) {
    const facts = look(slotPath(folder, ubd));
    if (facts === null || !isLarger(facts, plugged?.bytes ?? 0)) continue;
    return plugged === null
      ? `${inMiB(facts)} in the place of ubd${ubd}, where no disk is plugged in`
      : `${inMiB(facts)} in the plugged disk ubd${ubd}, of ${mib(plugged.bytes)} at most`;
  }
  return null;
};

/** Takes away what a guest that is off has in its disks beyond their size, and in disks that were plugged in for its run. */
export const cutOvergrownDisks = async (
  { diskFiles }: Pick<LaunchRecord, "diskFiles">,
  folder: GuestFolder,
  owner: number | null,
): Promise<void> => {
  await removeTree(folder.slots);
  for (const { name, bytes } of diskFiles) {
    const handle = await openOwnFile(join(folder.disks, name), owner, "write");
    try {
      if (handle !== null && (await handle.stat()).size > bytes) await handle.truncate(bytes);
    } finally {
      await handle?.close();
    }
  }
};

const look = (path: string): Stats | null => lstatSync(path, { throwIfNoEntry: false }) ?? null;

const isLarger = ({ size, blocks }: Stats, bytes: number): boolean =>
  size > bytes || blocks * BLOCK_BYTES > bytes + SLACK_BYTES;

const inMiB = ({ size, blocks }: Stats): string => mib(Math.max(size, blocks * BLOCK_BYTES));
const mib = (bytes: number): string => `${Math.ceil(bytes / MIB)} MiB`;
