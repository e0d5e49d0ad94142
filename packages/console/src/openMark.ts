import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const fileIn = (folder: string): string => join(folder, "open");

/** Of the host: another one after each start of it. */
const hostBoot = (): string => {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
};

/**
 * Whether the host went down while this log was open, and may have taken along what was written last. A process that is
 * killed takes nothing: what it wrote is the kernel's.
 */
export const hostWentDown = (folder: string): boolean => {
  try {
    return readFileSync(fileIn(folder), "utf8") !== hostBoot();
  } catch {
    return false;
  }
};

/** From here on the log is open. Without room on the disk for that, a later repair is left out: no error. */
export const markOpen = (folder: string): void => {
  try {
    writeFileSync(fileIn(folder), hostBoot(), { mode: 0o600 });
  } catch {
    markClosed(folder);
  }
};

/** It was closed, and the kernel will write what is left. On a disk that takes nothing any more it stays marked: no error. */
export const markClosed = (folder: string): void => {
  try {
    rmSync(fileIn(folder), { force: true });
  } catch {
    // The log is looked at once more, as after a power cut, if the disk comes back before the host starts anew.
  }
};
