import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { basename, dirname } from "node:path";
import { errnoOf } from "./errno.ts";

/**
 * Names that UML takes as they are. It accepts others and then boots under a random name, or writes outside of its
 * folder: docs/uml.md, "umid".
 */
export const UMID_PATTERN = /^[A-Za-z0-9_-]{1,40}$/;

/** A pid and a newline, with room to spare. */
const PID_FILE_MAXIMUM_BYTES = 32;

/** open(2)'s O_PATH, which node:fs does not name: the file is found but not opened, so a socket can be pinned too. */
export const O_PATH = 0o10000000;

/** Errors of open(2) that mean: what should be there is not, or something else is. ENXIO: a socket. */
const ABSENT = ["ENOENT", "ENOTDIR", "ELOOP", "ENXIO"];

export const umidFolder = (umlDir: string, umid: string): string => `${umlDir}/${umid}`;
export const mconsolePath = (umlDir: string, umid: string): string => `${umidFolder(umlDir, umid)}/mconsole`;
export const pidPath = (umlDir: string, umid: string): string => `${umidFolder(umlDir, umid)}/pid`;

/**
 * The pid that the kernel wrote (as its own pid namespace counts), or null where there is no such file or no pid in it.
 * What the guest may have put in its place (a symlink, a fifo, an endless file) is not followed and reads as null.
 */
export const readPid = (umlDir: string, umid: string): number | null => {
  let file: number;
  try {
    file = openInUmidFolder(pidPath(umlDir, umid), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (ABSENT.includes(errnoOf(error) ?? "")) return null;
    throw error;
  }
  try {
    if (!fstatSync(file).isFile()) return null;
    const bytes = Buffer.alloc(PID_FILE_MAXIMUM_BYTES);
    const length = readSync(file, bytes, 0, bytes.length, 0);
    const pid = /^([1-9][0-9]{0,9})\n?$/.exec(bytes.toString("latin1", 0, length))?.[1];
    return pid === undefined ? null : Number(pid);
  } finally {
    closeSync(file);
  }
};

/** Descriptor of the file at `path`, of whatever type, found but not opened: see openInUmidFolder. To be closed. */
export const pinInUmidFolder = (path: string): number => openInUmidFolder(path, O_PATH);

/**
 * Opens a file of a umid folder. The guest may write to its uml_dir, so neither the folder nor the file may be a
 * symlink: the folder is pinned first, and the file is looked up in what was pinned. None of it can block.
 */
const openInUmidFolder = (path: string, flags: number): number => {
  const folder = openSync(dirname(path), O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    return openSync(`/proc/self/fd/${folder}/${basename(path)}`, flags | constants.O_NOFOLLOW);
  } finally {
    closeSync(folder);
  }
};
