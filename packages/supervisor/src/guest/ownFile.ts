import { type BigIntStats, closeSync, constants, fstatSync, openSync } from "node:fs";
import { chmod, chown, type FileHandle, open } from "node:fs/promises";
import { CorralError } from "@corral/contracts";
import { O_PATH } from "../syscalls.ts";

/*
 * Files that a guest writes as its disks. What it could once put in their place (an older version had a folder in which a
 * guest made names), and what it can do to them still (their mode, a lease), must lead nobody elsewhere or make them wait.
 * So each is pinned first and looked at, and whatever is then done is done to what was looked at.
 */

const OWN_MODE = 0o600n;
const MODE_BITS = 0o7777n;

/** A file that was found to be what it should be. Close `fd`. */
export interface PinnedFile {
  /** Found, not opened: /proc/self/fd/<fd> names this very file, whatever lies at its path. */
  readonly fd: number;
  readonly facts: BigIntStats;
  /** Whose it has to be: the guest's user, or this server's. */
  readonly owner: number;
}

/** One name, and no other by which the file could be reached. */
const ONE_NAME: readonly bigint[] = [1n];

/**
 * Pins a file of a guest's folder, or null where there is none. `owner`: the user whose it has to be; null: this
 * server's, of whom a file is taken too. `names`: how many it may have. Throws CorralError host_unfit, with what to do, where something else lies there.
 */
export const pinOwnFile = (
  path: string,
  owner: number | null,
  { names = ONE_NAME }: { readonly names?: readonly bigint[] } = {},
): PinnedFile | null => {
  const fd = pinIfThere(path);
  if (fd === null) return null;
  try {
    const facts = fstatSync(fd, { bigint: true });
    const server = process.getuid?.() as number;
    const problem = whyNotOwn(path, facts, [server, owner ?? server], names);
    if (problem !== null) throw new CorralError("host_unfit", problem);
    return { fd, facts, owner: owner ?? server };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

/** Opens a pinned file, whose mode the guest may have changed. EAGAIN: the guest has a lease on it. */
export const openPinned = async ({ fd, facts, owner }: PinnedFile, access: "read" | "write"): Promise<FileHandle> => {
  const path = `/proc/self/fd/${fd}`;
  if (facts.uid !== BigInt(owner)) await chown(path, owner, owner);
  if ((facts.mode & MODE_BITS) !== OWN_MODE) await chmod(path, Number(OWN_MODE));
  // A lease of the guest's would have this process wait for its grace.
  return open(path, (access === "read" ? constants.O_RDONLY : constants.O_RDWR) | constants.O_NONBLOCK);
};

/** Pins a file of a guest's folder, opens it and lets go of the pin: see pinOwnFile. */
export const openOwnFile = async (
  path: string,
  owner: number | null,
  access: "read" | "write",
): Promise<FileHandle | null> => {
  const pinned = pinOwnFile(path, owner);
  if (pinned === null) return null;
  try {
    return await openPinned(pinned, access);
  } finally {
    closeSync(pinned.fd);
  }
};

const pinIfThere = (path: string): number | null => {
  try {
    return openSync(path, O_PATH | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
};

const whyNotOwn = (
  path: string,
  facts: BigIntStats,
  [server, owner]: readonly [number, number],
  names: readonly bigint[],
): string | null => {
  if (!facts.isFile()) {
    return `${path} is ${kindOf(facts)} and not a file, so it was not used: no version of Corral makes such a thing, and a guest may have. Look where it leads, then remove it, or put the disk's own file in its place.`;
  }
  // The server's own: it was killed before it had given the file away.
  if (facts.uid !== BigInt(owner) && facts.uid !== BigInt(server)) {
    return `${path} belongs to user ${facts.uid} and not to ${owner}, as whom the guest runs. If it is this guest's disk, say: chown ${owner}:${owner} '${path}'.`;
  }
  if (!names.includes(facts.nlink)) {
    return `${path} has ${facts.nlink} names, so what the guest writes would change another file too. Give it a file of its own: cp -p --sparse=always '${path}' '${path}.own' && mv '${path}.own' '${path}'.`;
  }
  return null;
};

const kindOf = (facts: BigIntStats): string => {
  if (facts.isSymbolicLink()) return "a symlink";
  if (facts.isDirectory()) return "a folder";
  if (facts.isFIFO()) return "a fifo";
  return facts.isSocket() ? "a socket" : "a device";
};
