import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { CorralError } from "@corral/contracts";
import { runTool } from "./toolSandbox.ts";

/**
 * Gives `make` an empty folder of its own below `parent`, and takes it away afterwards with all that is in it, whatever
 * its permissions became.
 */
export const inWorkFolder = async <T>(parent: string, make: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(parent, "image-"));
  try {
    // Below a folder with the setgid bit, files would belong to a group that the namespace of the tools does not have.
    await chown(folder, -1, process.getegid?.() ?? -1);
    await chmod(folder, 0o700);
    return await make(folder);
  } catch (error) {
    throw writeError(error);
  } finally {
    await remove(parent, folder);
  }
};

const writeError = (error: unknown): unknown => {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new CorralError("disk_full", "The image was not made: the disk is full. Make room, then try again.");
};

/** As an ordinary user rm stops at a folder without write permission; root of a namespace does not. */
const remove = async (parent: string, folder: string): Promise<void> => {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch {
    await runTool({
      argv: ["rm", "-rf", "--one-file-system", folder],
      workFolder: parent,
      signal: new AbortController().signal,
      onOutput: () => {},
    });
  }
};
