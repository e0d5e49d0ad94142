import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/*
 * Control groups (version 2) for guests, where the host hands a part of its tree over. Everything here is an addition:
 * a host without it runs guests all the same, bounded by their sandbox's memory file and by one CPU each.
 */

/** Beside its memory file a guest has page tables, its helpers and one stopped process for each program inside. */
const MEMORY_SLACK_BYTES = 128 * 1024 * 1024;
/** UML keeps one host process for each address space in the guest; this many is far more than a guest can use. */
export const PROCESSES_MAXIMUM = 4_096;
const CONTROLLERS = ["memory", "pids", "cpu"] as const;

export interface CgroupLimits {
  readonly memoryMiB: number;
}

/** A part of the host's control group tree in which this server may make groups. */
export class DelegatedCgroup {
  readonly folder: string;
  /** Controllers that groups made here really have; none is possible. */
  readonly controllers: readonly string[];

  /**
   * Takes `folder` over: moves this process (and what else is in it, which is this server's) into a leaf, since a group
   * with processes cannot hand controllers on. Throws as the kernel does where that is not allowed.
   */
  constructor(folder: string) {
    this.folder = folder;
    const leaf = join(folder, "server");
    mkdirSync(leaf, { recursive: true });
    for (const pid of read(join(folder, "cgroup.procs")).split("\n").filter(Boolean)) {
      writeFileSync(join(leaf, "cgroup.procs"), pid);
    }
    const offered = read(join(folder, "cgroup.controllers")).split(" ");
    this.controllers = CONTROLLERS.filter((controller) => offered.includes(controller));
    for (const controller of this.controllers) {
      writeFileSync(join(folder, "cgroup.subtree_control"), `+${controller}`);
    }
  }

  /** Makes a guest's group, with limits where the controllers are there. Its path is to be entered before bwrap. */
  make(id: string, limits: CgroupLimits): string {
    const group = join(this.folder, `guest-${id}`);
    mkdirSync(group, { recursive: true });
    if (this.controllers.includes("memory")) {
      const bytes = limits.memoryMiB * 1024 * 1024 + MEMORY_SLACK_BYTES;
      writeFileSync(join(group, "memory.max"), String(bytes));
      // A kernel that is killed alone sets its guest's programs loose: docs/uml.md, "Never SIGKILL only the kernel".
      writeFileSync(join(group, "memory.oom.group"), "1");
    }
    if (this.controllers.includes("pids")) writeFileSync(join(group, "pids.max"), String(PROCESSES_MAXIMUM));
    return group;
  }

  /** Removes the group of a guest that has ended. One that still has processes stays, and is taken up at its next start. */
  remove(id: string): void {
    try {
      rmdirSync(join(this.folder, `guest-${id}`));
    } catch {
      // Gone already, or a process is still on its way out.
    }
  }
}

const read = (path: string): string => readFileSync(path, "utf8").trim();

/**
 * The control group that this process is in, where it was handed over to this user (systemd: Delegate=yes); null
 * elsewhere. For root everything looks handed over, so root must name a folder itself (CORRAL_CGROUP).
 */
export const findDelegatedFolder = (): string | null => {
  const uid = process.getuid?.();
  const own = /^0::(.+)$/m.exec(read("/proc/self/cgroup"))?.[1];
  const mount = /^\S+ (\S+) cgroup2 /m.exec(read("/proc/self/mounts"))?.[1];
  if (uid === 0 || own === undefined || mount === undefined) return null;
  const folder = join(mount, own);
  try {
    if (!existsSync(folder) || statSync(folder).uid !== uid) return null;
    for (const file of ["", "cgroup.procs", "cgroup.subtree_control"]) {
      accessSync(join(folder, file), constants.W_OK);
    }
    return folder;
  } catch {
    return null;
  }
};

/** Runs the rest of the arguments inside a group: the shell moves itself in and becomes the program. */
export const inCgroup = (group: string): readonly string[] => [
  "/bin/sh",
  "-c",
  'echo 0 > "$1/cgroup.procs" && shift && exec "$@"',
  "sh",
  group,
];
