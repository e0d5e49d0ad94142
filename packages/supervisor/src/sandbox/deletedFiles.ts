import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Whether a process holds a file open that was deleted from a folder that was mounted for it: it takes space, and no look
 * into the folder shows it. False where that cannot be seen (/proc/<pid>/fd asks for the rights of ptrace).
 */
export const holdsDeletedFile = (pid: number, mountPoint: string): boolean => {
  try {
    const mount = mountIdOf(pid, mountPoint);
    return mount !== null && readdirSync(`/proc/${pid}/fd`).some((fd) => isDeletedFileOf(pid, fd, mount));
  } catch {
    return false;
  }
};

/** By the mount, since a path in another mount namespace says little. */
const isDeletedFileOf = (pid: number, fd: string, mount: string): boolean => {
  try {
    if (!readlinkSync(`/proc/${pid}/fd/${fd}`).endsWith(" (deleted)")) return false;
    return /^mnt_id:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8"))?.[1] === mount;
  } catch {
    // It has just closed it.
    return false;
  }
};

const mountIdOf = (pid: number, mountPoint: string): string | null => {
  for (const line of readFileSync(`/proc/${pid}/mountinfo`, "utf8").split("\n")) {
    const [id, , , , place] = line.split(" ");
    if (place === mountPoint) return id ?? null;
  }
  return null;
};
