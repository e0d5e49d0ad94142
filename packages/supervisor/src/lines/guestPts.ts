import { closeSync, constants, fstatSync, openSync } from "node:fs";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { isAlive } from "../sandbox/processes.ts";

/** What `config con1` answers for a pts that is open. */
const OPEN_PTS = /^pts:\/dev\/pts\/([0-9]{1,7})$/;
/** Linux numbers the slaves of ptys from these majors: Documentation/admin-guide/devices.txt. */
const PTY_SLAVE_MAJORS = { first: 136, last: 143 };
const MAJOR_SHIFT = 8;
const MAJOR_MASK = 0xfff;

/** The N of the pts at one end of a console, from what its kernel says of it; null while it is not open. */
export const ptsNumber = (answer: string): number | null => {
  const number = OPEN_PTS.exec(answer)?.[1];
  return number === undefined ? null : Number(number);
};

/**
 * Opens a pty's slave inside the sandbox of a guest. What the guest says is not trusted: whatever it names, this opens a
 * pty of that sandbox or nothing. null when there is none of that number (any more).
 */
export const openGuestPts = (kernel: ProcessIdentity, number: number): number | null => {
  const { O_RDWR, O_NOCTTY, O_NONBLOCK, O_NOFOLLOW } = constants;
  let fd: number;
  try {
    fd = openSync(`/proc/${kernel.pid}/root/dev/pts/${number}`, O_RDWR | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "EIO", "ENXIO"].includes(code)) return null;
    throw error;
  }
  const facts = fstatSync(fd);
  const major = (facts.rdev >> MAJOR_SHIFT) & MAJOR_MASK;
  const isPts = facts.isCharacterDevice() && major >= PTY_SLAVE_MAJORS.first && major <= PTY_SLAVE_MAJORS.last;
  if (isPts && isAlive(kernel)) return fd;
  closeSync(fd);
  return null;
};
