import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { CorralError } from "@corral/contracts";

/* Files in which Corral itself writes down what is to outlast it. */

/**
 * What such a file says, or null where there is none. Throws CorralError `host_unfit`, with the way out, where something else
 * lies at its path or it cannot be read, and as the file system does where this process is out of descriptors.
 */
export const readOwnText = (path: string): string | null => {
  let fd: number;
  try {
    // Not waiting: a fifo in its place would have nobody at its other end.
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    if (code === "ELOOP") throw unfit(path, "is a link, where a file has to be. Put the file itself in its place");
    throw inWords(path, error);
  }
  try {
    if (!fstatSync(fd).isFile()) {
      throw unfit(
        path,
        "is not a file, which no version of Corral makes. Put its backup in its place, or move it away",
      );
    }
    return readFileSync(fd, "utf8");
  } catch (error) {
    throw inWords(path, error);
  } finally {
    closeSync(fd);
  }
};

const WAYS_OUT: Readonly<Record<string, string>> = {
  EACCES: "This user may not read it: make it this user's with chown and chmod",
  EPERM: "This user may not read it: make it this user's with chown and chmod",
  ENXIO: "It is not a file, which no version of Corral makes: put its backup in its place, or move it away",
  EIO: "Its disk is failing: see the host's kernel log (dmesg), and put your last backup on another one",
};

const inWords = (path: string, error: unknown): unknown => {
  const { code = "" } = error as NodeJS.ErrnoException;
  const wayOut = WAYS_OUT[code];
  return wayOut === undefined ? error : unfit(path, `cannot be read (${code}). ${wayOut}`);
};

const unfit = (path: string, what: string): CorralError => new CorralError("host_unfit", `${path} ${what}.`);
