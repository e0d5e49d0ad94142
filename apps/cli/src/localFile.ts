import { randomBytes } from "node:crypto";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { CommandError, EXIT } from "./exitCodes.ts";

/** A file of this host that takes its place when it is whole, and otherwise leaves nothing behind. */
export interface LocalFile {
  readonly path: string;
  write(bytes: Uint8Array): Promise<void>;
  keep(): Promise<void>;
  /** Idempotent; removes what was not kept. */
  close(): Promise<void>;
}

/** `to` may be a folder: the file there has the name of `from`. Throws a CommandError where it cannot be written. */
export const fileTarget = async (to: string, from: string): Promise<LocalFile> => {
  const isFolder = (await stat(to).catch(() => null))?.isDirectory() ?? false;
  const path = isFolder ? join(to, basename(from)) : to;
  const there = await stat(path).catch(() => null);
  // A device, a pipe: nothing can take its place.
  const isPlain = there === null || there.isFile();
  const place = there === null ? path : await realpath(path);
  const part = isPlain ? `${place}.corral-${randomBytes(4).toString("hex")}` : place;
  const file = await open(part, isPlain ? "wx" : "w", isPlain && there !== null ? there.mode & 0o777 : 0o666).catch(
    (error: Error) => {
      throw new CommandError(EXIT.failure, `${path} cannot be written: ${error.message}`);
    },
  );
  let isDone = false;
  return {
    path,
    write: async (bytes) => {
      await file.writeFile(bytes);
    },
    keep: async () => {
      await file.close();
      if (isPlain) await rename(part, place);
      isDone = true;
    },
    close: async () => {
      if (isDone) return;
      isDone = true;
      await file.close().catch(() => {});
      if (isPlain) await rm(part, { force: true });
    },
  };
};
