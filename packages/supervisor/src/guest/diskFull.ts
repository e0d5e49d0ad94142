import { CorralError } from "@corral/contracts";

export const isDiskFull = (error: unknown): boolean =>
  ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");

/** What a launch that failed half way for want of disk space is to say; every other error stays what it is. */
export const explainFullDisk = (error: unknown, guest: string): unknown =>
  isDiskFull(error)
    ? new CorralError(
        "disk_full",
        `${guest} was not started: the disk that holds Corral's data is full. Free some space, then start it again.`,
      )
    : error;
