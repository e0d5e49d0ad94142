import { join } from "node:path";
import { CorralError } from "@corral/contracts";
import { lockHolders, storeFailureOf } from "@corral/store";

/**
 * What kept the server from starting, in words: which file, what is wrong with it, and the way back. Only what nobody foresaw
 * keeps its trace, since it is a defect to be reported.
 */
export const startFailureInWords = (error: unknown, home: string): string => {
  if (error instanceof CorralError) return error.message;
  const database = join(home, "corral.db");
  const said = error instanceof Error ? error.message : String(error);
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (path !== undefined && code !== undefined) return fileInWords(path, code, syscall);
  switch (storeFailureOf(error)) {
    case "damaged":
      return (
        `The database ${database} is damaged: ${said}. Nothing was changed, and guests that run go on. Move it away together ` +
        `with ${database}-wal and ${database}-shm, put your last backup in its place (docs/operations.md, "Back up"), and start again.`
      );
    case "locked": {
      const holders = lockHolders(database).join(", ");
      return `The database ${database} is held by ${holders === "" ? "another program" : holders}. Let it finish, or end it, and start again.`;
    }
    case "full":
      return `The disk of ${home} is full, so that the database cannot be opened. Free some space, and start again.`;
    case "unwritable":
      return (
        `The database ${database} cannot be written: ${said}. Look whether its disk is mounted read-only or failing (dmesg), and ` +
        "whether the file and its folder are this user's, and start again."
      );
    case null:
      return error instanceof Error ? (error.stack ?? said) : said;
  }
};

const WHY: Readonly<Record<string, string>> = {
  EACCES: "this user may not. Make it this user's with chown and chmod, or start Corral as whoever it belongs to",
  EPERM: "this user may not. Make it this user's with chown and chmod, or start Corral as whoever it belongs to",
  EROFS: "its disk is read-only. Mount it writable, or look at the host's kernel log (dmesg) for why it became so",
  EIO: "its disk is failing: see the host's kernel log (dmesg). Put your last backup on another one",
  ENOSPC: "its disk is full. Free some space",
  EDQUOT: "its disk is full. Free some space",
  ENOTDIR: "something in its path is a file, where a folder has to be. Move that away",
  EISDIR: "it is a folder, where a file has to be. Move it away",
  EEXIST: "something else lies there. Move it away",
  ENOENT: "it is not there",
};

const fileInWords = (path: string, code: string, call = "use"): string =>
  `The server cannot start: ${path} cannot be used (${call}: ${code}): ${WHY[code] ?? "see what that code means"}. Then start again.`;
