import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const LIST_TIMEOUT_MS = 5_000;

const known = new Map<string, { readonly stamp: string; readonly libraries: readonly string[] }>();

/**
 * The shared libraries and the loader that a program needs, as absolute paths: all that a sandbox must show of the
 * host's file system to run it. Asks the loader itself, which does not run the program. Empty for a static program.
 */
export const librariesOf = async (program: string): Promise<readonly string[]> => {
  const { mtimeMs, size } = await stat(program);
  const stamp = `${mtimeMs} ${size}`;
  const remembered = known.get(program);
  if (remembered?.stamp === stamp) return remembered.libraries;
  const { stdout } = await run("/usr/bin/ldd", [program], {
    timeout: LIST_TIMEOUT_MS,
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
  }).catch(() => ({ stdout: "" }));
  const listed = [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1] as string);
  const libraries = [...listed, ...loadedLater(listed)];
  known.set(program, { stamp, libraries });
  return libraries;
};

/**
 * What a program loads only when it cancels a thread, which ldd cannot know: kernels from 7.2 on do so when they end,
 * and abort without it (docs/uml.md, "Other kernels").
 */
const loadedLater = (libraries: readonly string[]): string[] =>
  libraries
    .filter((path) => basename(path) === "libc.so.6")
    .map((libc) => join(dirname(libc), "libgcc_s.so.1"))
    .filter((path) => existsSync(path));
