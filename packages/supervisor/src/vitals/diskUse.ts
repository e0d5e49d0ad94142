import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DiskVitals } from "@corral/contracts";
import type { GuestFolder } from "../guest/guestFolder.ts";

/** What a block is in st_blocks, whatever the file system's own are. */
const BLOCK_BYTES = 512;

/** What a guest's files really take: COW files and logs are full of holes. */
export const diskUse = (folder: GuestFolder): DiskVitals => ({
  at: new Date().toISOString(),
  disksBytes: spaceOf(folder.disks) + spaceOf(folder.slots),
  logsBytes: spaceOf(folder.kernelLog) + spaceOf(folder.console("")),
});

/** Nothing, where there is nothing, or where it goes away meanwhile. */
const spaceOf = (path: string): number => {
  try {
    const facts = lstatSync(path);
    const own = facts.blocks * BLOCK_BYTES;
    // A plugged disk that was kept has a name in two of these folders.
    if (!facts.isDirectory()) return own / facts.nlink;
    return readdirSync(path).reduce((sum, name) => sum + spaceOf(join(path, name)), own);
  } catch {
    return 0;
  }
};
