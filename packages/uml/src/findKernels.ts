import type { Dirent } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { inspectKernelFile } from "./kernelFile.ts";

/** What distributions and people call the kernel's file: Debian's package, and the kernel's own make. */
const NAMES = ["linux.uml", "linux"];
/** A folder of unpacked packages has its kernels at NAME/usr/bin. */
const DEPTH_MAXIMUM = 4;
/** Files and folders below a folder that are looked at; /usr is not meant. */
const ENTRIES_MAXIMUM = 5_000;
/** Below these an unpacked package has thousands of files, and no kernel. */
const PASSED_OVER = new Set(["modules", "share", "proc", "sys", "dev"]);

/**
 * Paths of files that look like UML kernels, each once: linux.uml and linux in the folders of `searchPath` (in the form
 * of PATH), and what lies in `folders` and below them. Nothing is run. A folder that cannot be read is passed over.
 */
export const findKernels = async (folders: readonly string[], searchPath: string): Promise<string[]> => {
  const candidates = searchPath
    .split(delimiter)
    .filter(isAbsolute)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  for (const folder of folders) candidates.push(...(await filesBelow(folder)));
  // By what a path leads to, since /bin is often a link to /usr/bin.
  const found = new Map<string, string>();
  for (const candidate of candidates) {
    const file = await realpath(candidate).catch(() => null);
    if (file === null || found.has(file)) continue;
    if ((await inspectKernelFile(file)) === "uml") found.set(file, candidate);
  }
  return [...found.values()];
};

/** What lies in a folder first, then what is further down. Links are followed to files only. */
const filesBelow = async (top: string): Promise<string[]> => {
  const files: string[] = [];
  let level = [top];
  let left = ENTRIES_MAXIMUM;
  for (let depth = 0; depth < DEPTH_MAXIMUM; depth += 1) {
    const next: string[] = [];
    for (const folder of level) {
      const entries: Dirent[] = await readdir(folder, { withFileTypes: true }).catch(() => []);
      for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1)).slice(0, left)) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
          if (!PASSED_OVER.has(entry.name)) next.push(path);
        } else if (!entry.name.endsWith(".ko")) files.push(path);
      }
      left = Math.max(0, left - entries.length);
    }
    level = next;
  }
  return files;
};
