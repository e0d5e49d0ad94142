import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const LIST_TIMEOUT_MS = 5_000;

export interface HostLibraries {
  /** Absolute paths of libraries and loader: all that a sandbox must show to run the program. */
  readonly paths: readonly string[];
  /** The loader's own words about what the host's libraries lack, such as `GLIBC_2.38 not found`. */
  readonly lacking: readonly string[];
}

const known = new Map<string, { readonly stamp: string; readonly libraries: HostLibraries }>();

/**
 * The host's shared libraries and loader that a program needs. Asks the loader itself, which does not run the program.
 * None for a static program. Rejects where there is no such program.
 */
export const hostLibraries = async (program: string): Promise<HostLibraries> => {
  const { mtimeMs, size } = await stat(program);
  const stamp = `${mtimeMs} ${size}`;
  const remembered = known.get(program);
  if (remembered?.stamp === stamp) return remembered.libraries;
  const { stdout, stderr } = await run("/usr/bin/ldd", [program], {
    timeout: LIST_TIMEOUT_MS,
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
  }).catch((error: { stdout?: string; stderr?: string }) => ({ stdout: error.stdout ?? "", stderr: "" }));
  const listed = listedBy(stdout).map(({ path }) => path);
  const libraries = { paths: [...listed, ...loadedLater(listed)], lacking: lackingIn(`${stdout}\n${stderr}`) };
  known.set(program, { stamp, libraries });
  return libraries;
};

/** The same for a program of the host's own, whose libraries are there. */
export const librariesOf = async (program: string): Promise<readonly string[]> => (await hostLibraries(program)).paths;

/** What a loader lists: each library by the name that the program asks for it by, and where it found it. */
export const listedBy = (text: string): { readonly name: string; readonly path: string }[] =>
  [...text.matchAll(/^\s*(?:(\S+) => )?(\/\S+) \(0x[0-9a-f]+\)$/gm)].map(([, name, path = ""]) => ({
    name: name ?? path,
    path,
  }));

/** What a loader says is not there: a whole library, or a version of one. */
export const lackingIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/(\S+ => not found|version [`'][^']+' not found)/g)].map(([, words = ""]) => words)),
];

/**
 * What a program loads only when it cancels a thread, which its loader cannot know: kernels from 7.2 on do so when they
 * end, and abort without it (docs/uml.md, "Other kernels").
 */
export const LOADED_LATER = "libgcc_s.so.1";

const loadedLater = (libraries: readonly string[]): string[] =>
  libraries
    .filter((path) => basename(path) === "libc.so.6")
    .map((libc) => join(dirname(libc), LOADED_LATER))
    .filter((path) => existsSync(path));
