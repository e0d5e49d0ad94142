import { dropTo, foldersAbove, type Mount, SETPRIV } from "../sandbox/sandbox.ts";

/*
 * The sandbox that a debugger runs in. Who may type to gdb can make it run anything (python, call), so it is given no
 * more than the guest has: the guest's own user and pid namespace, in which no other process can be seen, and of the
 * host's files only the debugger, the kernel and their libraries, all read-only. There is no shell and no network in it.
 */

export interface DebugSandbox {
  /** Program and arguments, as they are inside. */
  readonly command: readonly [string, ...string[]];
  /** Shown inside where they are outside. */
  readonly files: readonly string[];
  readonly mounts: readonly Mount[];
  /** The user id that the guest runs as, when the server is root; null: the server's own, in the guest's user namespace. */
  readonly uid: number | null;
  /** Number in the child of the descriptor with the guest's `systemCallFilter`: it holds for whoever acts for the guest. */
  readonly filterFd: number;
  /** Numbers that the descriptors of the guest's namespaces have in the child. */
  readonly pidFd: number;
  /** Null where the guest is in the server's own user namespace. */
  readonly userFds: { readonly owner: number; readonly inner: number | null } | null;
}

/** gdb with the symbols of a whole kernel takes a fifth of it; python in it must not take the host's memory. */
const MEMORY_MAXIMUM_BYTES = 4 * 1024 ** 3;

/** Program and arguments, ready for spawn without a shell, with the debugger's terminal as stdin. */
export const debugSandboxCommand = (sandbox: DebugSandbox): readonly [string, readonly string[]] => {
  const chain = [
    // The terminal is the debugger's to be interrupted and hung up by: it ends in order when this server dies.
    ["setsid", "--ctty"],
    // Ctrl-C is for the debugger, which listens all the same, and not for bwrap, with which it would go.
    ["env", "--ignore-signal=INT", "--ignore-signal=QUIT"],
    ["prlimit", `--as=${MEMORY_MAXIMUM_BYTES}`, "--core=0"],
    ["bwrap", ...namespaces(sandbox), ...fileSystem(sandbox), "--"],
    sandbox.uid === null ? [] : dropTo(sandbox.uid),
    sandbox.command,
  ].flat();
  return [chain[0] as string, chain.slice(1)];
};

const namespaces = ({ pidFd, userFds, filterFd }: DebugSandbox): string[] => [
  // Where Yama is on, only this capability may trace what is no child; it counts in the guest's user namespace alone.
  ...(userFds === null
    ? []
    : [
        ...["--userns", String(userFds.owner), ...(userFds.inner === null ? [] : ["--userns2", String(userFds.inner)])],
        ...["--cap-drop", "ALL", "--cap-add", "CAP_SYS_PTRACE"],
      ]),
  ...["--pidns", String(pidFd), "--seccomp", String(filterFd)],
  ...["--unshare-ipc", "--unshare-uts", "--unshare-net", "--unshare-cgroup-try"],
  ...["--clearenv", "--setenv", "TERM", "xterm-256color", "--setenv", "LANG", "C.UTF-8"],
  // A folder that is not there: nothing is looked for in it, or kept.
  ...["--setenv", "HOME", "/nowhere", "--setenv", "XDG_CACHE_HOME", "/nowhere"],
];

const fileSystem = ({ files, mounts, uid }: DebugSandbox): string[] => {
  const all: Mount[] = [
    ...[...new Set([...files, ...(uid === null ? [] : [SETPRIV])])].map((path) => ({
      source: path,
      target: path,
      writable: false,
    })),
    ...mounts,
  ];
  return [
    ...["--proc", "/proc", "--dev", "/dev"],
    ...foldersAbove(all.map(({ target }) => target)).flatMap((folder) => ["--dir", folder]),
    ...all.flatMap(({ source, target }) => ["--ro-bind", source, target]),
    ...["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"],
  ];
};
