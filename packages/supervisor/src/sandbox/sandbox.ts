import { dirname } from "node:path";
import { KERNEL_PRELOAD } from "@corral/uml";
import { inCgroup, PROCESSES_MAXIMUM } from "./cgroup.ts";

/*
 * The chain of programs that a guest's kernel is started through: setarch -R (a guest's memory is random without it:
 * docs/uml.md, "Memory"), taskset, nice where wanted, env and prlimit for the size of files, and bwrap, which makes
 * the sandbox. Personality, affinity, niceness and limits pass through bwrap, so the tools that set them need not be inside.
 */

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
}

export interface SandboxSpec {
  /** Stands in the command line, so that an unfinished launch can be found. */
  readonly launch: string;
  /** Stands there too, so that all of a guest's sandboxes can be found. */
  readonly mark: string;
  readonly kernel: string;
  /** Of the kernel (none: it is static), and of setpriv where a user id is given. */
  readonly libraries: readonly Mount[];
  readonly mounts: readonly Mount[];
  /** Inside. The guest's kernel answers to sockets that are named from there: docs/uml.md, "mconsole protocol". */
  readonly workingDirectory: string;
  readonly memoryMiB: number;
  /** How large any file may become that something inside writes to: see fileLimit.ts. */
  readonly fileBytesMaximum: number;
  readonly cpus: readonly number[];
  readonly niceness: number;
  /** The user id that the guest runs as, when the server is root; null: the server's own, in a user namespace. */
  readonly uid: number | null;
  /** Folder of the control group to run in, where the host has one for us. */
  readonly cgroup: string | null;
  readonly statusFd: number;
  /** Of a file with the `systemCallFilter`. */
  readonly filterFd: number;
  readonly kernelArguments: readonly string[];
}

/** Beside the guest's memory UML keeps nothing large in /dev/shm; this is room for what rounds up. */
const SHM_SLACK_MIB = 16;
/** How large the file of a guest's memory may become. */
export const memoryFileBytes = (memoryMiB: number): number => (memoryMiB + SHM_SLACK_MIB) * 1024 * 1024;
/** Where the kernel and what is preloaded into it are inside. */
export const KERNEL_INSIDE = "/kernel/linux";
export const PRELOAD_INSIDE = "/kernel/preload.so";
export const SETPRIV = "/usr/bin/setpriv";

/** Program and arguments, ready for spawn without a shell. */
export const sandboxCommand = (spec: SandboxSpec): readonly [string, readonly string[]] => {
  const chain = [
    spec.cgroup === null ? [] : inCgroup(spec.cgroup),
    ["setarch", "-R"],
    ["taskset", "-c", spec.cpus.join(",")],
    spec.niceness === 0 ? [] : ["nice", "-n", String(spec.niceness)],
    // Counted for the guest's own user. In a user namespace it would count all guests: see guestBounds.ts.
    spec.uid === null ? [] : ["prlimit", `--nproc=${PROCESSES_MAXIMUM}`],
    // The soft limit alone, and without the signal of which UML would die: see fileLimit.ts.
    ["env", "--ignore-signal=XFSZ", "prlimit", `--fsize=${spec.fileBytesMaximum}:`],
    ["bwrap", ...isolation(spec), ...fileSystem(spec), "--chdir", spec.workingDirectory, "--"],
    spec.uid === null ? [] : dropTo(spec.uid),
    [KERNEL_INSIDE, ...spec.kernelArguments],
  ].flat();
  return [chain[0] as string, chain.slice(1)];
};

/**
 * Its own namespaces, and not as process 1 of its pid namespace: UML as process 1 spins for ever on a panic
 * (docs/uml.md, "Sandbox"). No --die-with-parent: a guest outlives its server.
 */
const isolation = (spec: SandboxSpec): string[] => [
  ...(spec.uid === null ? ["--unshare-user", "--disable-userns", "--cap-drop", "ALL"] : []),
  "--unshare-pid",
  "--unshare-ipc",
  "--unshare-uts",
  "--unshare-net",
  "--unshare-cgroup-try",
  "--clearenv",
  "--setenv",
  "CORRAL_LAUNCH",
  spec.launch,
  "--setenv",
  "CORRAL_GUEST",
  spec.mark,
  ...(isDynamic(spec) ? ["--setenv", "LD_PRELOAD", PRELOAD_INSIDE] : []),
  "--json-status-fd",
  String(spec.statusFd),
  "--seccomp",
  String(spec.filterFd),
];

/** What of a sandbox decides which files are in it. */
export type SandboxFiles = Pick<SandboxSpec, "kernel" | "libraries" | "mounts" | "memoryMiB" | "uid">;

/** bwrap's arguments for the file system of a sandbox: all that is in it. */
export const fileSystem = (spec: SandboxFiles): string[] => {
  const mounts: Mount[] = [
    ...spec.libraries,
    ...(spec.uid === null ? [] : [readOnly(SETPRIV, SETPRIV)]),
    readOnly(spec.kernel, KERNEL_INSIDE),
    ...(isDynamic(spec) ? [readOnly(KERNEL_PRELOAD, PRELOAD_INSIDE)] : []),
    ...spec.mounts,
  ];
  return [
    ...["--proc", "/proc", "--dev", "/dev"],
    // The guest's memory is a file here: its size bounds what a guest can take from the host.
    ...["--perms", "1777", "--size", String(memoryFileBytes(spec.memoryMiB)), "--tmpfs", "/dev/shm"],
    // bwrap makes missing parents for its own user only; a guest with a user id of its own must pass them too.
    ...foldersAbove(mounts.map((mount) => mount.target)).flatMap((folder) => ["--dir", folder]),
    ...mounts.flatMap((mount) => [mount.writable ? "--bind" : "--ro-bind", mount.source, mount.target]),
    // What bwrap made is memory of the host: a guest that mounts it by hostfs must not be able to fill it.
    ...["--remount-ro", "/dev", "--remount-ro", "/"],
  ];
};

/** Nothing can be preloaded into a static kernel: on a processor with AMX it has to be 6.11 or later by itself. */
const isDynamic = (spec: SandboxFiles): boolean => spec.libraries.length > 0;

export const readOnly = (source: string, target: string): Mount => ({ source, target, writable: false });

/** Every folder above these paths, outermost first, each once. */
export const foldersAbove = (paths: readonly string[]): string[] => {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let folder = dirname(path); folder !== "/"; folder = dirname(folder)) folders.add(folder);
  }
  return [...folders].sort((a, b) => a.length - b.length);
};

/** Becomes the guest's user, with nothing that user has not. */
export const dropTo = (uid: number): string[] => [
  SETPRIV,
  `--reuid=${uid}`,
  `--regid=${uid}`,
  "--clear-groups",
  "--inh-caps=-all",
  "--bounding-set=-all",
  "--no-new-privs",
];
