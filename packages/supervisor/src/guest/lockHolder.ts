import { readFileSync, statSync } from "node:fs";
import type { GuestFolder } from "./guestFolder.ts";
import type { DiskSpec } from "./guestSpec.ts";

/** A line of /proc/locks: "1: POSIX  ADVISORY  WRITE 1234 fe:00:5678 0 EOF". The device is in hexadecimal. */
const LOCK = /^\d+: (?:POSIX|OFDLCK) +\S+ +WRITE (-?\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /gm;

/** Which process of the host has locked the file of a disk, in words; null when none has (any more), or it cannot be told. */
export const lockHolder = (disk: DiskSpec, folder: GuestFolder): string | null => {
  try {
    const { dev, ino } = statSync(fileOf(disk, folder));
    const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)];
    const lock = [...readFileSync("/proc/locks", "utf8").matchAll(LOCK)].find(
      ([, , ofMajor = "", ofMinor = "", inode]) =>
        Number.parseInt(ofMajor, 16) === major && Number.parseInt(ofMinor, 16) === minor && Number(inode) === ino,
    );
    const pid = Number(lock?.[1] ?? 0);
    return pid > 0 ? `process ${pid} (${nameOf(pid)})` : null;
  } catch {
    return null;
  }
};

const fileOf = (disk: DiskSpec, folder: GuestFolder): string => {
  if (disk.kind === "file") return disk.path;
  return `${folder.disks}/ubd${disk.ubd}.${disk.kind === "cow" ? "cow" : "img"}`;
};

/** What a process calls itself, fit to be shown. */
const nameOf = (pid: number): string => readFileSync(`/proc/${pid}/comm`, "utf8").replace(/\p{C}/gu, "");
