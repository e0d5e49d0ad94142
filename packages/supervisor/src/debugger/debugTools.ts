import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CorralError, type DebugRequest, type DebugTool } from "@corral/contracts";
import { KERNEL_PRELOAD } from "@corral/uml";
import { findProgram } from "../host/hostPackages.ts";
import { kernelLibraries } from "../sandbox/kernelLibraries.ts";
import { librariesOf } from "../sandbox/libraries.ts";
import { childrenOf, pidInside, tracerOf } from "../sandbox/processes.ts";
import { KERNEL_INSIDE, type Mount, PRELOAD_INSIDE, readOnly } from "../sandbox/sandbox.ts";

const GDB_SETTINGS = fileURLToPath(new URL("../../debugger/uml.gdb", import.meta.url));
const GDB_SETTINGS_INSIDE = "/debugger/uml.gdb";
/** Characters that strace shows of a string. */
const STRACE_STRING_CHARACTERS = 64;

/** Debian's packages of these programs have the programs' names. */
const programOf = (tool: DebugTool): string => {
  const program = findProgram(tool);
  if (program !== null) return program;
  throw new CorralError("host_unfit", notInstalled(tool));
};

const notInstalled = (tool: DebugTool): string =>
  `${tool} is not installed on this host. As root: apt-get install --no-install-recommends ${tool}`;

/**
 * Why a tool cannot be used on this host, and what to do about it; null where it can. `asRoot`: guests have user ids of
 * their own, and no user namespace in which a capability would count.
 */
export const whyNoDebugger = (tool: DebugTool, asRoot: boolean): string | null => {
  if (findProgram(tool) === null) return notInstalled(tool);
  const scope = yamaScope();
  if (scope >= 3 || (asRoot && scope > 0)) {
    return `The host's Yama forbids it (kernel.yama.ptrace_scope is ${scope}). As root: sysctl -w kernel.yama.ptrace_scope=0, or run the server as an ordinary user, for whom 1 and 2 are fine.`;
  }
  return null;
};

const yamaScope = (): number => {
  try {
    return Number(readFileSync("/proc/sys/kernel/yama/ptrace_scope", "utf8"));
  } catch {
    return 0;
  }
};

/** The files that a tool needs beside itself, where the host has them. */
const extrasOf = (tool: DebugTool): string[] => {
  if (tool === "strace") return [];
  const pythons = existsSync("/usr/lib") ? readdirSync("/usr/lib").filter((name) => /^python3\.\d+$/.test(name)) : [];
  return [
    ...["/usr/share/gdb", "/usr/share/terminfo", "/lib/terminfo", "/usr/lib/locale/C.utf8", "/usr/lib/debug"],
    ...pythons.map((name) => join("/usr/lib", name)),
  ].filter((path) => existsSync(path));
};

export interface DebugCommand {
  readonly command: readonly [string, ...string[]];
  readonly files: readonly string[];
  readonly mounts: readonly Mount[];
}

/** What to run in the sandbox, and the files to show there. Rejects with CorralError host_unfit, wrong_state. */
export const debugCommand = async (
  request: DebugRequest,
  kernel: { readonly pid: number; readonly file: string },
): Promise<DebugCommand> => {
  const program = programOf(request.tool);
  const files = [program, ...(await librariesOf(program)), ...extrasOf(request.tool)];
  if (request.tool === "strace") {
    const pids = traceable(kernel.pid, request.target).flatMap((pid) => ["-p", String(pidInside(pid))]);
    const syscalls = request.syscalls === "all" ? "all" : `%${request.syscalls}`;
    // Its programs' traps are a signal to it, two for each of their system calls.
    const show = ["-e", "signal=!SIGCHLD", "-tt", "-y", "-s", String(STRACE_STRING_CHARACTERS)];
    return { command: [program, ...show, "-e", `trace=${syscalls}`, ...pids], files, mounts: [] };
  }
  const libraries = await kernelLibraries(kernel.file);
  const itself = [readOnly(kernel.file, KERNEL_INSIDE), readOnly(KERNEL_PRELOAD, PRELOAD_INSIDE)];
  const ownFiles = libraries.own ? [...libraries.mounts, ...itself].map(belowKernelRoot) : [];
  const shared = libraries.own ? [] : libraries.mounts.map(({ source }) => source);
  return {
    command: [
      program,
      ...["-nx", "-quiet", "-ix", GDB_SETTINGS_INSIDE],
      ...(libraries.own ? ["-iex", `set sysroot ${KERNEL_ROOT}`] : []),
      ...["-p", String(pidInside(kernel.pid)), KERNEL_INSIDE],
    ],
    files: [...files, ...shared, ...loadedByGdb(shared)],
    mounts: [...itself, ...ownFiles, readOnly(GDB_SETTINGS, GDB_SETTINGS_INSIDE)],
  };
};

/** gdb runs with the host's libraries; where the kernel has its own, gdb reads them here. */
const KERNEL_ROOT = "/kernel-root";
const belowKernelRoot = ({ source, target }: Mount): Mount => readOnly(source, `${KERNEL_ROOT}${target}`);

/**
 * What gdb loads by itself, of the host's C library, where the kernel has the same: to tell threads apart, and to turn what the kernel's
 * memory holds into the terminal's letters.
 */
const loadedByGdb = (libraries: readonly string[]): string[] =>
  libraries
    .filter((path) => basename(path) === "libc.so.6")
    .flatMap((libc) => [
      join(dirname(libc), "libthread_db.so.1"),
      join(dirname(libc).replace(/^\/lib/, "/usr/lib"), "gconv"),
    ])
    .filter((path) => existsSync(path));

/** Never with the processes that they start: those are for the kernel to trace, which fails where another does. */
const traceable = (kernel: number, target: Extract<DebugRequest, { tool: "strace" }>["target"]): number[] => {
  const helpers = childrenOf(kernel).filter((pid) => tracerOf(pid) === null);
  const pids = target === "kernel" ? [kernel] : target === "helpers" ? helpers : [kernel, ...helpers];
  if (pids.length > 0) return pids;
  throw new CorralError("wrong_state", "The guest has no helper processes at the moment. Trace its kernel instead.");
};
