import koffi from "koffi";

/*
 * The system calls that Node does not offer. Each throws a SystemCallError with the call's name and errno, or returns
 * what the call returned. Numbers are those of Linux on x86_64 and arm64 alike, where both have them.
 */

const libc = koffi.load(null);
const fcntlInt = libc.func("int fcntl(int fd, int command, ...)");
const ioctlPointer = libc.func("int ioctl(int fd, unsigned long request, ...)");
const syscall = libc.func("long syscall(long number, ...)");
const flockCall = libc.func("int flock(int fd, int operation)");
const socketpairCall = libc.func("int socketpair(int domain, int type, int protocol, _Out_ int *pair)");
const schedSetaffinity = libc.func("int sched_setaffinity(int pid, size_t size, const uint8_t *mask)");
const linkatCall = libc.func("int linkat(int from, const char *path, int to, const char *newPath, int flags)");
const prlimitCall = libc.func("int prlimit(int pid, int resource, const uint64_t *limits, void *before)");
const fallocateCall = libc.func("int fallocate(int fd, int mode, int64_t offset, int64_t length)");

const SYS_pidfd_send_signal = 424;
const SYS_pidfd_open = 434;
const SYS_openat2 = 437;
const SYS_pidfd_getfd = 438;
const F_GETFD = 1;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const F_DUPFD_CLOEXEC = 1030;
const NS_GET_USERNS = 0xb701;
const TIOCSWINSZ = 0x5414;
const TIOCGPTN = 0x80045430;
const AF_UNIX = 1;
const SOCK_STREAM_CLOEXEC = 1 | 0o2000000;
const LOCK_EX_NB = 2 | 4;
const AT_FDCWD = -100;
const AT_SYMLINK_FOLLOW = 0x400;
/** A bit for each of the 1024 processors that the C library has room for. */
const AFFINITY_BYTES = 1024 / 8;
const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;

/** How openat2(2) finds a name, beside O_ flags: linux/openat2.h. No link is followed by any of these. */
export const RESOLVE = {
  /** Everything is looked for below the folder, whatever ".." and "/" say. */
  inRoot: 0x10 | 0x04 | 0x02,
  /** As that, and ".." out of the folder, and other mounts, are errors. */
  inMount: 0x08 | 0x04 | 0x02 | 0x01,
} as const;
const O_CLOEXEC = 0o2000000;

/** Of prlimit(2): processes of one user, in one user namespace. */
const RLIMIT_NPROC = 6;

/** open(2)'s, which node:fs does not name: a file is found but not opened, whatever it is, and without waiting. */
export const O_PATH = 0o10000000;

export class SystemCallError extends Error {
  override readonly name = "SystemCallError";
  readonly call: string;
  readonly errno: number;
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = ERRNO_NAMES[errno] ?? `errno ${errno}`;
    super(`${call}: ${code}`);
    this.call = call;
    this.errno = errno;
    this.code = code;
  }
}

const ERRNO_NAMES: Record<number, string> = {
  1: "EPERM",
  2: "ENOENT",
  3: "ESRCH",
  5: "EIO",
  6: "ENXIO",
  9: "EBADF",
  11: "EAGAIN",
  17: "EEXIST",
  18: "EXDEV",
  20: "ENOTDIR",
  22: "EINVAL",
  24: "EMFILE",
  25: "ENOTTY",
  28: "ENOSPC",
  38: "ENOSYS",
  40: "ELOOP",
  95: "EOPNOTSUPP",
};

const checked = (call: string, result: number): number => {
  if (result < 0) throw new SystemCallError(call, koffi.errno());
  return result;
};

/** Keeps `fd` out of every program that is started later, unless it is handed over by name. */
export const setCloseOnExec = (fd: number): void => {
  const flags = checked("fcntl(F_GETFD)", fcntlInt(fd, F_GETFD));
  checked("fcntl(F_SETFD)", fcntlInt(fd, F_SETFD, "int", flags | FD_CLOEXEC));
};

/** Another descriptor of the same open file, close-on-exec. */
export const duplicate = (fd: number): number =>
  checked("fcntl(F_DUPFD_CLOEXEC)", fcntlInt(fd, F_DUPFD_CLOEXEC, "int", 0));

/**
 * A descriptor of the user namespace that owns the namespace behind `fd`. EPERM when that is none of this process's nor
 * of its children's.
 */
export const owningUserNamespace = (fd: number): number => {
  const owner = checked("ioctl(NS_GET_USERNS)", ioctlPointer(fd, NS_GET_USERNS));
  setCloseOnExec(owner);
  return owner;
};

/** Sets the window size of the terminal behind `fd`, in characters. */
export const setWindowSize = (fd: number, cols: number, rows: number): void => {
  checked("ioctl(TIOCSWINSZ)", ioctlPointer(fd, TIOCSWINSZ, "uint16_t *", new Uint16Array([rows, cols, 0, 0])));
};

/** The N of /dev/pts/N of which `fd` is the master. Throws ENOTTY when it is not the master of a pty. */
export const ptyNumber = (fd: number): number => {
  const number = new Uint32Array(1);
  checked("ioctl(TIOCGPTN)", ioctlPointer(fd, TIOCGPTN, "_Out_ uint32_t *", number));
  return number[0] as number;
};

/** A descriptor of a process, immune to the reuse of its pid. Close it with fs.closeSync. It is close-on-exec. */
export const pidfdOpen = (pid: number): number =>
  checked("pidfd_open", Number(syscall(SYS_pidfd_open, "int", pid, "unsigned int", 0)));

/**
 * A copy of another process's descriptor. Needs the rights of ptrace over it: EPERM where Yama or a container's seccomp
 * profile forbids that. The copy is close-on-exec.
 */
export const pidfdGetfd = (pidfd: number, fd: number): number =>
  checked("pidfd_getfd", Number(syscall(SYS_pidfd_getfd, "int", pidfd, "int", fd, "unsigned int", 0)));

/** Sends a signal to exactly the process behind `pidfd`. ESRCH when it has ended. */
export const pidfdSendSignal = (pidfd: number, signal: number): void => {
  checked(
    "pidfd_send_signal",
    Number(syscall(SYS_pidfd_send_signal, "int", pidfd, "int", signal, "void *", null, "unsigned int", 0)),
  );
};

/** Opens `name` below the folder behind `folder`, as `resolve` says. ELOOP where there is a link. The descriptor is close-on-exec. */
export const openBelow = (folder: number, name: string, flags: number, resolve: number): number => {
  const how = new BigUint64Array([BigInt(flags | O_CLOEXEC), 0n, BigInt(resolve)]);
  const words = ["int", folder, "const char *", name, "uint64_t *", how, "size_t", how.byteLength] as const;
  return checked("openat2", Number(syscall(SYS_openat2, ...words)));
};

/** How many processes there may be of the user of this one, in its user namespace, before it can start no more. */
export const limitProcesses = (pid: number, most: number): void => {
  checked(
    "prlimit(RLIMIT_NPROC)",
    prlimitCall(pid, RLIMIT_NPROC, new BigUint64Array([BigInt(most), BigInt(most)]), null),
  );
};

/** Two connected stream sockets, both close-on-exec. */
export const socketPair = (): readonly [number, number] => {
  const pair = new Int32Array(2);
  checked("socketpair", socketpairCall(AF_UNIX, SOCK_STREAM_CLOEXEC, 0, pair));
  return [pair[0] as number, pair[1] as number];
};

/** Takes an exclusive lock on an open file; false when another process has it. It goes with the descriptor. */
export const tryLock = (fd: number): boolean => {
  if (flockCall(fd, LOCK_EX_NB) === 0) return true;
  const error = new SystemCallError("flock", koffi.errno());
  if (error.code === "EAGAIN") return false;
  throw error;
};

/** Lets a thread run on this processor of the host and no other. ESRCH when it has ended. */
export const setAffinity = (thread: number, processor: number): void => {
  const mask = new Uint8Array(AFFINITY_BYTES);
  mask[processor >> 3] = 1 << (processor & 7);
  checked("sched_setaffinity", schedSetaffinity(thread, mask.length, mask));
};

/** Gives a range of a file back to the file system; its length and every offset after it stay. */
export const punchHole = (fd: number, offset: number, length: number): void => {
  checked("fallocate", fallocateCall(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length));
};

/** Gives an open (or pinned) file a name, whatever lies at the path by which it was opened. EEXIST where there is one already. */
export const linkOpenFile = (fd: number, path: string): void => {
  checked("linkat", linkatCall(AT_FDCWD, `/proc/self/fd/${fd}`, AT_FDCWD, path, AT_SYMLINK_FOLLOW));
};
