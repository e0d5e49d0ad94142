import { CorralError } from "@corral/contracts";

export const isDiskFull = (error: unknown): boolean =>
  ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");

const UNWRITABLE: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EROFS", "EIO"]);

/** Does without a write while the disk is full, read-only or failing: what ends a guest does not depend on it. */
export const ifWritable = (write: () => void): void => {
  try {
    write();
  } catch (error) {
    if (!UNWRITABLE.has((error as NodeJS.ErrnoException).code)) throw error;
  }
};

/** What a launch that failed half way for want of disk space is to say; every other error stays what it is. */
export const explainFullDisk = (error: unknown, guest: string): unknown =>
  isDiskFull(error)
    ? new CorralError(
        "disk_full",
        `${guest} was not started: the disk that holds Corral's data is full. Free some space, then start it again.`,
      )
    : error;
