import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CorralError, impossible, type KernelAbilities } from "@corral/contracts";
import { findKernels, KernelProbeError, probeKernel } from "@corral/uml";
import { sandboxLibraries } from "./sandbox/kernelLibraries.ts";
import { dropTo, fileSystem, KERNEL_INSIDE, SETPRIV } from "./sandbox/sandbox.ts";

const SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin";
const BWRAP = "/usr/bin/bwrap";
/** Where Debian's packages put the modules of their kernels, and where everybody else does, in a folder for each release. */
const MODULES = ["usr/lib/uml/modules", "lib/modules", "usr/lib/modules"];
/** A kernel keeps its memory in a file of that size only once it boots, which it does not here. */
const PROBE_MEMORY_MIB = 16;
/** nobody: a guest's user id is not that of the server either, where that is root. */
const PROBE_UID = 65_534;

export interface KernelFile {
  readonly version: string;
  readonly abilities: KernelAbilities;
  /** Folder of its modules on the host, where there is one. */
  readonly modules: string | null;
}

/**
 * What a kernel's file is and can do. It is run for that, in a sandbox that has the files of a guest's: itself, and the
 * libraries that it will boot with. Rejects with CorralError `impossible`, for the field `path`, in the words of the
 * program or of its loader.
 */
export const probeKernelFile = async (path: string): Promise<KernelFile> => {
  try {
    const { version, abilities } = await probeKernel(path, { wrapper: await sandboxOf(path), inside: KERNEL_INSIDE });
    return {
      version,
      abilities: {
        ...abilities,
        channels: [...abilities.channels],
        ethTransports: [...abilities.ethTransports],
        rootFileSystems: [...abilities.rootFileSystems],
      },
      modules: await modulesOf(path, version),
    };
  } catch (error) {
    if (error instanceof KernelProbeError || error instanceof CorralError) throw impossible("path", error.message);
    throw error;
  }
};

/** Empty where there is no such file: then nothing is run. */
const sandboxOf = async (path: string): Promise<string[]> => {
  if (!existsSync(path)) return [];
  const uid = process.getuid?.() === 0 ? PROBE_UID : null;
  const libraries = await sandboxLibraries(path, uid === null ? [] : [SETPRIV]);
  return [
    ...[BWRAP, ...(uid === null ? ["--unshare-user", "--cap-drop", "ALL"] : [])],
    ...["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net", "--unshare-cgroup-try"],
    ...["--die-with-parent", "--clearenv"],
    ...fileSystem({ kernel: path, libraries, mounts: [], memoryMiB: PROBE_MEMORY_MIB, uid }),
    "--",
    ...(uid === null ? [] : dropTo(uid)),
  ];
};

/** Where a kernel's package was unpacked, its modules are beside it; an installed one has the host's. */
const modulesOf = async (path: string, version: string): Promise<string | null> => {
  const unpacked = /^(.*?)(?:\/usr)?\/bin$/.exec(dirname(await realpath(path)))?.[1];
  const roots = [...(unpacked === undefined ? [] : [unpacked]), "/"];
  const folders = roots.flatMap((root) => MODULES.map((folder) => join("/", root, folder, version)));
  return folders.find((folder) => existsSync(folder)) ?? null;
};

/** Paths of files that look like kernels: on PATH, or in the folder named. None of them is run. */
export const findKernelFiles = (folder?: string): Promise<string[]> =>
  folder === undefined ? findKernels([], SEARCH_PATH) : findKernels([folder], "");
