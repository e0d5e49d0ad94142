import { readdir, realpath } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { inspectKernelFile } from "./kernelFile.ts";

/** What distributions and people call the kernel's file: Debian's package, and the kernel's own make. */
const NAMES = ["linux.uml", "linux"];
/** Files of one folder that are looked into; a folder of kernels has a few, and /usr/bin is not meant. */
const FOLDER_MAXIMUM_FILES = 200;

/**
 * Paths of files that look like UML kernels, each once: linux.uml and linux in the folders of `searchPath` (in the form
 * of PATH), and what lies in `folders`. Nothing is run. A folder that cannot be read is passed over.
 */
export const findKernels = async (folders: readonly string[], searchPath: string): Promise<string[]> => {
  const candidates = searchPath
    .split(delimiter)
    .filter(isAbsolute)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => []);
    candidates.push(
      ...names
        .sort()
        .slice(0, FOLDER_MAXIMUM_FILES)
        .map((name) => join(folder, name)),
    );
  }
  // By what a path leads to, since /bin is often a link to /usr/bin.
  const found = new Map<string, string>();
  for (const candidate of candidates) {
    const file = await realpath(candidate).catch(() => null);
    if (file === null || found.has(file)) continue;
    if ((await inspectKernelFile(file)) === "uml") found.set(file, candidate);
  }
  return [...found.values()];
};
