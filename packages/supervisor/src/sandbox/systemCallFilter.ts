/*
 * What nothing in a sandbox may ask of the host's kernel, although its namespaces would let it. A guest's kernel never
 * asks for any of it (docs/uml.md, "Sandbox"), so whoever does has taken it over.
 *
 * Namespaces of its own: in a user namespace a process has every capability, and with it the parts of the host's kernel
 * that only administrators reach, and mounts with which it can lie about its files. clone3 takes its flags from memory,
 * where a filter cannot look: it is not there, and the C library goes on with clone.
 * Other processors than those it was put on; and what has no namespace, or no limit, or has been a way into kernels
 * before: sockets of the hypervisor's (AF_VSOCK) and all others that no channel or network of UML uses, io_uring, keyrings,
 * BPF, performance counters.
 *
 * A guest holds the master of its own consoles' ptys and both ends of its guest link (docs/design.md, "The guest
 * process"), so that they live on without a server. Whether they block is a flag of the open file, which all holders
 * share: a guest whose kernel was taken over could make them blocking, read away what the server was just told of, and
 * have the whole server wait in a read for good. So nothing in a sandbox may make any descriptor blocking. A guest's
 * kernel never needs to: it is told that it has.
 *
 * 32-bit system calls are refused as a whole: they are another set of numbers, of which socketcall hides what it does.
 *
 * Nor may anything in it take space of a file system that the limit on the size of files (fileLimit.ts) does not count, or
 * change that limit. UML itself only punches holes into its disks; that it cannot zero a range at once it takes as it comes
 * (docs/uml.md, "Files that are too large").
 *
 * The filter is classic BPF over struct seccomp_data, as bwrap's --seccomp takes it (linux/seccomp.h, linux/filter.h).
 * Its other calls pass untouched: those that a filter always allows cost next to nothing.
 */

const LOAD = 0x20;
const IF_EQUAL = 0x15;
const IF_AT_LEAST = 0x35;
const IF_ANY_BIT = 0x45;
const RETURN = 0x06;

/** Offsets in struct seccomp_data; of the 64-bit arguments the lower halves, which are all that these calls look at. */
const CALL = 0;
const ARCHITECTURE = 4;
const FIRST_ARGUMENT = 16;
const SECOND_ARGUMENT = 24;
const THIRD_ARGUMENT = 32;

const AUDIT_ARCH_X86_64 = 0xc000003e;
/** A third way to call a 64-bit kernel, with numbers from here on, which no guest's kernel takes. */
const X32_CALLS = 0x40000000;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;
const FIONBIO = 0x5421;

const RLIMIT_FSIZE = 1;
const FALLOC_KEEP_SIZE_AND_PUNCH_HOLE = 1 | 2;
/** FS_IOC_RESVSP, FS_IOC_RESVSP64 and FS_IOC_ZERO_RANGE: fallocate by another name. */
const RESERVING_IOCTLS = [0x4030_5828, 0x4030_582a, 0x4030_5839];

const ALLOW = 0x7fff0000;
/** Returns an error number in its lower half: 0 looks like success. */
const PRETEND = 0x00050000;
const EPERM = 1;
const ENOSYS = 38;
const EOPNOTSUPP = 95;
const EAFNOSUPPORT = 97;

/** Numbers of system calls on x86_64: asm/unistd_64.h. */
const CALLS = {
  ioctl: 16,
  socket: 41,
  clone: 56,
  fcntl: 72,
  setrlimit: 160,
  sched_setaffinity: 203,
  add_key: 248,
  request_key: 249,
  keyctl: 250,
  unshare: 272,
  fallocate: 285,
  perf_event_open: 298,
  prlimit64: 302,
  setns: 308,
  bpf: 321,
  userfaultfd: 323,
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  clone3: 435,
} as const;

const FORBIDDEN = ["unshare", "setns", "sched_setaffinity"] as const;
const ABSENT = [
  ...(["clone3", "io_uring_setup", "io_uring_enter", "io_uring_register"] as const),
  ...(["add_key", "request_key", "keyctl", "bpf", "userfaultfd", "perf_event_open"] as const),
];
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET: linux/sched.h. */
const NEW_NAMESPACES = 0x7e020000;
/** AF_UNIX (mconsole), AF_INET and AF_INET6 (ports, UDP cables), AF_NETLINK (the C library), AF_PACKET (raw interfaces). */
const FAMILIES = [1, 2, 10, 16, 17] as const;

type Label =
  | ("fcntl" | "ioctl" | "clone" | "socket" | "fallocate" | "prlimit" | "setrlimit")
  | ("allow" | "pretend" | "forbid" | "absent" | "unsupported");
/** A jump to "next" goes on with the next step. */
type Target = Label | "next";
interface Step {
  readonly label?: Label;
  readonly code: number;
  readonly value: number;
  readonly then?: Target;
  readonly otherwise?: Target;
}

const test = (code: number, value: number, then: Target, otherwise: Target = "next"): Step => ({
  code,
  value,
  then,
  otherwise,
});

const STEPS: readonly Step[] = [
  { code: LOAD, value: ARCHITECTURE },
  test(IF_EQUAL, AUDIT_ARCH_X86_64, "next", "absent"),
  { code: LOAD, value: CALL },
  test(IF_AT_LEAST, X32_CALLS, "absent"),
  test(IF_EQUAL, CALLS.fcntl, "fcntl"),
  test(IF_EQUAL, CALLS.ioctl, "ioctl"),
  test(IF_EQUAL, CALLS.clone, "clone"),
  test(IF_EQUAL, CALLS.socket, "socket"),
  test(IF_EQUAL, CALLS.fallocate, "fallocate"),
  test(IF_EQUAL, CALLS.prlimit64, "prlimit"),
  test(IF_EQUAL, CALLS.setrlimit, "setrlimit"),
  ...FORBIDDEN.map((call) => test(IF_EQUAL, CALLS[call], "forbid")),
  ...ABSENT.map((call) => test(IF_EQUAL, CALLS[call], "absent")),
  { code: RETURN, value: ALLOW },
  { label: "clone", code: LOAD, value: FIRST_ARGUMENT },
  test(IF_ANY_BIT, NEW_NAMESPACES, "forbid", "allow"),
  { label: "socket", code: LOAD, value: FIRST_ARGUMENT },
  ...FAMILIES.map((family) => test(IF_EQUAL, family, "allow")),
  { code: RETURN, value: PRETEND | EAFNOSUPPORT },
  { label: "fcntl", code: LOAD, value: SECOND_ARGUMENT },
  test(IF_EQUAL, F_SETFL, "next", "allow"),
  { code: LOAD, value: THIRD_ARGUMENT },
  test(IF_ANY_BIT, O_NONBLOCK, "allow", "pretend"),
  { label: "ioctl", code: LOAD, value: SECOND_ARGUMENT },
  ...RESERVING_IOCTLS.map((command) => test(IF_EQUAL, command, "unsupported")),
  test(IF_EQUAL, FIONBIO, "pretend", "allow"),
  { label: "fallocate", code: LOAD, value: SECOND_ARGUMENT },
  test(IF_EQUAL, FALLOC_KEEP_SIZE_AND_PUNCH_HOLE, "allow", "unsupported"),
  { label: "prlimit", code: LOAD, value: SECOND_ARGUMENT },
  test(IF_EQUAL, RLIMIT_FSIZE, "forbid", "allow"),
  { label: "setrlimit", code: LOAD, value: FIRST_ARGUMENT },
  test(IF_EQUAL, RLIMIT_FSIZE, "forbid", "allow"),
  { label: "allow", code: RETURN, value: ALLOW },
  { label: "pretend", code: RETURN, value: PRETEND },
  { label: "forbid", code: RETURN, value: PRETEND | EPERM },
  { label: "absent", code: RETURN, value: PRETEND | ENOSYS },
  { label: "unsupported", code: RETURN, value: PRETEND | EOPNOTSUPP },
];

/** Bytes of struct sock_filter: code (u16), the two jumps (u8 each, counted from the next step), value (u32). */
const STEP_BYTES = 8;

/** The filter as bwrap reads it. */
export const systemCallFilter = (): Buffer => {
  const program = Buffer.alloc(STEPS.length * STEP_BYTES);
  for (const [index, { code, value, then = "next", otherwise = "next" }] of STEPS.entries()) {
    const at = index * STEP_BYTES;
    const jump = (target: Target): number =>
      target === "next" ? 0 : STEPS.findIndex(({ label }) => label === target) - index - 1;
    program.writeUInt16LE(code, at);
    program.writeUInt8(jump(then), at + 2);
    program.writeUInt8(jump(otherwise), at + 3);
    program.writeUInt32LE(value, at + 4);
  }
  return program;
};
