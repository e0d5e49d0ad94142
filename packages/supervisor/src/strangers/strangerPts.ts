import { closeSync, constants, openSync, readdirSync, readFileSync } from "node:fs";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { isPtySlave } from "../lines/guestPts.ts";
import { isAlive } from "../sandbox/processes.ts";

/**
 * Opens the slave of a pty of the host that a stranger's kernel has made. What the guest says is not trusted: this opens
 * a pty whose master this very process holds, or nothing. null when it has none of that number (any more).
 */
export const openStrangerPts = (kernel: ProcessIdentity, number: number): number | null => {
  const { O_RDWR, O_NOCTTY, O_NONBLOCK, O_NOFOLLOW } = constants;
  let fd: number;
  try {
    fd = openSync(`/dev/pts/${number}`, O_RDWR | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "EIO", "ENXIO"].includes(code)) return null;
    throw error;
  }
  // Asked after it is open: its number is no other pty's as long as it is.
  if (isPtySlave(fd) && holdsMaster(kernel.pid, number) && isAlive(kernel)) return fd;
  closeSync(fd);
  return null;
};

/** Whether a process has the master of this pty open: the host's kernel says which it is (pty_show_fdinfo in drivers/tty/pty.c). */
const holdsMaster = (pid: number, number: number): boolean =>
  readdirSync(`/proc/${pid}/fdinfo`).some((fd) => {
    try {
      return new RegExp(`^tty-index:\\t${number}$`, "m").test(readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8"));
    } catch {
      // It has just closed it.
      return false;
    }
  });
