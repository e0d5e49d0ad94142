import { closeSync, constants, fstatSync, openSync, statfsSync, statSync } from "node:fs";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { isAlive } from "../sandbox/processes.ts";
import { O_PATH, openBelow, RESOLVE } from "../syscalls.ts";

/** What `config con1` answers for a pts that is open. */
const OPEN_PTS = /^pts:\/dev\/pts\/([0-9]{1,7})$/;
/** Linux numbers the slaves of ptys from these majors: Documentation/admin-guide/devices.txt. */
const PTY_SLAVE_MAJORS = { first: 136, last: 143 };
const MAJOR_SHIFT = 8;
const MAJOR_MASK = 0xfff;
/** DEVPTS_SUPER_MAGIC: linux/magic.h. */
const DEVPTS = 0x1cd1;
const NOT_THERE: readonly string[] = ["ENOENT", "EIO", "ENXIO"];

/** The N of the pts at one end of a console, from what its kernel says of it; null while it is not open. */
export const ptsNumber = (answer: string): number | null => {
  const number = OPEN_PTS.exec(answer)?.[1];
  return number === undefined ? null : Number(number);
};

/** Whose terminals are opened: a guest in its sandbox. */
export interface TerminalOwner {
  /** The sandbox's first process, which is bwrap's own and not the guest's: it sees the files that bwrap put there. */
  readonly init: ProcessIdentity;
  readonly kernel: ProcessIdentity;
  /** Device number of the sandbox's /dev/pts, as it was made; null where an older server did not write it down. */
  readonly terminals: number | null;
}

/** Device number of the terminals of a sandbox that has just been made; null when it has gone, or cannot be looked at. */
export const terminalsOf = (init: ProcessIdentity): number | null => {
  let folder: number | null = null;
  try {
    folder = openTerminalsOf(init);
    return fstatSync(folder).dev;
  } catch {
    return null;
  } finally {
    if (folder !== null) closeSync(folder);
  }
};

/**
 * Opens a pty's slave inside the sandbox of a guest. What the guest says is not trusted, and neither are the names in its
 * file system: whatever it has put there, this opens a pty of that sandbox or nothing. null when there is none of that
 * number (any more). Throws when there is something else in its terminals' place.
 */
export const openGuestPts = ({ init, kernel, terminals }: TerminalOwner, number: number): number | null => {
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
  const folder = openTerminalsOf(init);
  try {
    const { dev } = fstatSync(folder);
    const isHosts = dev === statSync("/dev/pts", { throwIfNoEntry: false })?.dev;
    const isOwn = terminals === null || dev === terminals;
    if (isHosts || !isOwn || statfsSync(`/proc/self/fd/${folder}`).type !== DEVPTS) {
      throw new Error("the guest has something else in the place of its terminals");
    }
    const fd = openBelow(folder, String(number), O_RDWR | O_NOCTTY | O_NONBLOCK, RESOLVE.inMount);
    if (isPtySlave(fd) && isAlive(kernel)) return fd;
    closeSync(fd);
    return null;
  } catch (error) {
    if (NOT_THERE.includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  } finally {
    closeSync(folder);
  }
};

/** /dev/pts of a sandbox, found from its pinned root without following any link. */
const openTerminalsOf = (init: ProcessIdentity): number => {
  const root = openSync(`/proc/${init.pid}/root`, O_PATH | constants.O_DIRECTORY);
  try {
    if (!isAlive(init)) throw new Error("the guest has ended, or cannot be looked at");
    return openBelow(root, "dev/pts", O_PATH | constants.O_DIRECTORY, RESOLVE.inRoot);
  } finally {
    closeSync(root);
  }
};

/** Whether this is the end of a pty that programs have. */
export const isPtySlave = (fd: number): boolean => {
  const facts = fstatSync(fd);
  const major = (facts.rdev >> MAJOR_SHIFT) & MAJOR_MASK;
  return facts.isCharacterDevice() && major >= PTY_SLAVE_MAJORS.first && major <= PTY_SLAVE_MAJORS.last;
};
