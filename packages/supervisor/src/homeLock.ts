import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setCloseOnExec, tryLock } from "./syscalls.ts";

export type HomeLock =
  | { readonly held: true; release(): void }
  /** Another server works in this data folder. */
  | { readonly held: false; readonly holder: string };

/**
 * One server for each data folder: two would launch the same guests twice over the same disks. The lock goes with the
 * process, however it ends, and guests do not inherit it.
 */
export const lockHome = (home: string): HomeLock => {
  const path = join(home, "lock");
  const fd = openSync(path, "a+", 0o600);
  setCloseOnExec(fd);
  if (!tryLock(fd)) {
    const holder = readFileSync(path, "utf8").trim();
    closeSync(fd);
    return { held: false, holder };
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`);
  return { held: true, release: () => closeSync(fd) };
};
