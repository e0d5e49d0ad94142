import { existsSync } from "node:fs";
import { impossible, type KernelAbilities } from "@corral/contracts";
import { findKernels, KernelProbeError, probeKernel } from "@corral/uml";
import { librariesOf } from "./sandbox/libraries.ts";

/** Where Debian's packages put the modules of their kernels, in a folder named for the release. */
const MODULES = "/usr/lib/uml/modules";
const SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin";
const BWRAP = "/usr/bin/bwrap";

export interface KernelFile {
  readonly version: string;
  readonly abilities: KernelAbilities;
  /** Folder of its modules on the host, where there is one. */
  readonly modules: string | null;
}

/**
 * What a kernel's file is and can do. It is run for that, in a sandbox that shows it nothing but its own libraries.
 * Rejects with CorralError `impossible`, for the field `path`.
 */
export const probeKernelFile = async (path: string): Promise<KernelFile> => {
  const libraries = await librariesOf(path).catch(() => []);
  const shown = [...libraries, path].flatMap((file) => ["--ro-bind", file, file]);
  const wrapper = [BWRAP, "--unshare-all", "--die-with-parent", ...shown, "--proc", "/proc", "--dev", "/dev", "--"];
  try {
    const { version, abilities } = await probeKernel(path, { wrapper });
    const modules = `${MODULES}/${version}`;
    return {
      version,
      abilities: {
        ...abilities,
        channels: [...abilities.channels],
        ethTransports: [...abilities.ethTransports],
        rootFileSystems: [...abilities.rootFileSystems],
      },
      modules: existsSync(modules) ? modules : null,
    };
  } catch (error) {
    if (error instanceof KernelProbeError) throw impossible("path", error.message);
    throw error;
  }
};

/** Paths of files that look like kernels: on PATH, or in the folder named. None of them is run. */
export const findKernelFiles = (folder?: string): Promise<string[]> =>
  folder === undefined ? findKernels([], SEARCH_PATH) : findKernels([folder], "");
