import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { CorralError } from "@corral/contracts";
import { type HostLibraries, hostLibraries, LOADED_LATER, lackingIn, librariesOf, listedBy } from "./libraries.ts";
import { foldersAbove, type Mount, readOnly } from "./sandbox.ts";

/*
 * A kernel of a newer suite needs a newer C library than the host has. It may bring one along: its suite's libc6 unpacked
 * where the kernel's own package was unpacked, or a folder beside the kernel's file. The host's libraries are taken where
 * they do; the kernel's own take their place where they do not, in its sandbox alone.
 */

const run = promisify(execFile);
const LIST_TIMEOUT_MS = 5_000;
const BWRAP = "/usr/bin/bwrap";
/** Folders beside a kernel that are looked into for its libraries; a folder of kernels has a few. */
const FOLDERS_MAXIMUM = 100;
/** Where Debian's loader looks without being told. */
const OWN_INSIDE = process.arch === "arm64" ? "/lib/aarch64-linux-gnu" : "/lib/x86_64-linux-gnu";
/** Where libraries are below a root folder, or a folder beside the kernel. */
const BELOW_ROOT = ["", "lib", "lib64", "usr/lib", "usr/lib64", OWN_INSIDE.slice(1), `usr${OWN_INSIDE}`];
/** Such as ld-linux-x86-64.so.2. */
const LOADER_NAME = /^ld-linux[a-z0-9_-]*\.so\.\d+$/;

export interface KernelLibraries {
  readonly mounts: readonly Mount[];
  /** They are the kernel's own: no program of the host was linked with these. */
  readonly own: boolean;
}

/**
 * Libraries and loader that a kernel needs in its sandbox. None for a static kernel.
 * Rejects with CorralError `impossible`, in the loader's words, where neither host nor kernel has what it needs; and as
 * stat does where there is no such kernel.
 */
export const kernelLibraries = async (kernel: string): Promise<KernelLibraries> => {
  const ofHost = await hostLibraries(kernel);
  if (ofHost.lacking.length === 0) return { mounts: ofHost.paths.map((path) => readOnly(path, path)), own: false };
  const folders = await ownLibraryFolders(kernel);
  if (folders.length === 0) throw lacksLibraries(kernel, ofHost);
  return { mounts: await ownLibraries(kernel, folders), own: true };
};

const lacksLibraries = (kernel: string, { lacking }: HostLibraries): CorralError =>
  new CorralError(
    "impossible",
    `${kernel} was built for a newer C library than this host has: ${lacking.join(", ")}. Unpack that suite's libc6 and libgcc-s1 where the kernel's package was unpacked, or into a folder beside the kernel: dpkg-deb -x libc6_*.deb FOLDER`,
  );

/** Folders with the libraries that the kernel brought along, those with the loader first; empty: it brought none. */
const ownLibraryFolders = async (kernel: string): Promise<string[]> => {
  for (const root of await rootsBeside(await realpath(kernel))) {
    const folders = BELOW_ROOT.map((folder) => join(root, folder)).filter((folder) => existsSync(folder));
    const named = await Promise.all(folders.map(async (folder) => ({ folder, loader: await loaderIn(folder) })));
    if (named.some(({ loader }) => loader !== null)) {
      return named.sort((one, other) => Number(one.loader === null) - Number(other.loader === null)).map(byFolder);
    }
  }
  return [];
};

const byFolder = ({ folder }: { readonly folder: string }): string => folder;

const loaderIn = async (folder: string): Promise<string | null> =>
  (await readdir(folder).catch(() => [])).find((name) => LOADER_NAME.test(name)) ?? null;

/** What a package was unpacked into (above usr/bin or bin), the kernel's own folder, and the folders in that. */
const rootsBeside = async (kernel: string): Promise<string[]> => {
  const folder = dirname(kernel);
  const unpacked = /^(.+?)(?:\/usr)?\/bin$/.exec(folder)?.[1];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inside = entries
    .filter((entry) => entry.isDirectory())
    .slice(0, FOLDERS_MAXIMUM)
    .map(({ name }) => join(folder, name));
  // The host's own folders are no kernel's: its libraries did not do.
  return [...(unpacked === undefined ? [] : [unpacked]), folder, ...inside].filter((root) => !/^\/(usr)?$/.test(root));
};

/** Asks the kernel's own loader, in a sandbox that has nothing but these libraries. */
const ownLibraries = async (kernel: string, folders: readonly string[]): Promise<Mount[]> => {
  const loader = join(folders[0] as string, (await loaderIn(folders[0] as string)) as string);
  const shown = await Promise.all([kernel, ...folders].map(async (path) => readOnly(await realpath(path), path)));
  const { stdout, stderr } = await run(
    BWRAP,
    [
      ...["--unshare-all", "--die-with-parent", "--clearenv"],
      ...foldersAbove(shown.map(({ target }) => target)).flatMap((folder) => ["--dir", folder]),
      ...shown.flatMap(({ source, target }) => ["--ro-bind", source, target]),
      ...["--", loader, "--inhibit-cache", "--library-path", folders.join(":"), "--list", kernel],
    ],
    { timeout: LIST_TIMEOUT_MS, env: { PATH: "/usr/bin:/bin", LC_ALL: "C" } },
  ).catch((error: { stdout?: string; stderr?: string }) => ({
    stdout: error.stdout ?? "",
    stderr: error.stderr ?? "",
  }));
  const listed = listedBy(stdout);
  const lacking = lackingIn(`${stdout}\n${stderr}`);
  if (lacking.length > 0 || listed.length === 0) {
    const words = lacking.length > 0 ? lacking.join(", ") : stderr.trim().slice(0, 300) || "its loader says nothing";
    throw new CorralError(
      "impossible",
      `${kernel} does not run with the libraries beside it (${folders[0]}): ${words}. Unpack the libc6 and libgcc-s1 of the kernel's own suite there.`,
    );
  }
  const own = await Promise.all(
    listed.map(async ({ name, path }) =>
      // The loader has its place in the kernel's file; the others are asked for by name.
      readOnly(await realpath(path), name.startsWith("/") ? name : join(OWN_INSIDE, basename(name))),
    ),
  );
  const later = await loadedLater(folders);
  return later === null ? own : [...own, readOnly(later, join(OWN_INSIDE, LOADED_LATER))];
};

/** The kernel's own, else the host's, which does with a newer C library. */
const loadedLater = async (folders: readonly string[]): Promise<string | null> => {
  const places = [...folders, OWN_INSIDE, `/usr${OWN_INSIDE}`, "/usr/lib64"].map((folder) =>
    join(folder, LOADED_LATER),
  );
  const found = places.find((path) => existsSync(path));
  return found === undefined ? null : realpath(found);
};

/**
 * What a sandbox must show to run a kernel, and beside it these programs of the host. Of a library that both have, the
 * kernel's own is shown where it has one: the C library runs programs that were built for an older one.
 */
export const sandboxLibraries = async (kernel: string, programs: readonly string[]): Promise<readonly Mount[]> => {
  const { mounts } = await kernelLibraries(kernel);
  const names = new Set(mounts.map(({ target }) => basename(target)));
  const others = new Set((await Promise.all(programs.map(librariesOf))).flat());
  return [...mounts, ...[...others].filter((path) => !names.has(basename(path))).map((path) => readOnly(path, path))];
};
