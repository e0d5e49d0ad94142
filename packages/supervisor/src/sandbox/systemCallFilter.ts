/*
 * A guest holds the master of its own consoles' ptys and both ends of its guest link (docs/design.md, "The guest
 * process"), so that they live on without a server. Whether they block is a flag of the open file, which all holders
 * share: a guest whose kernel was taken over could make them blocking, read away what the server was just told of, and
 * have the whole server wait in a read for good. So nothing in a sandbox may make any descriptor blocking. A guest's
 * kernel never needs to: it is told that it has.
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
const SECOND_ARGUMENT = 24;
const THIRD_ARGUMENT = 32;

const AUDIT_ARCH_X86_64 = 0xc000003e;
const AUDIT_ARCH_I386 = 0x40000003;
/** A third way to call a 64-bit kernel, with numbers from here on, which no guest's kernel takes. */
const X32_CALLS = 0x40000000;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;
const FIONBIO = 0x5421;

const ALLOW = 0x7fff0000;
/** Returns an error number in its lower half: 0 looks like success. */
const PRETEND = 0x00050000;
const ENOSYS = 38;

type Label = "fcntl" | "ioctl" | "i386" | "allow" | "pretend" | "refuse";
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
  test(IF_EQUAL, AUDIT_ARCH_I386, "i386"),
  test(IF_EQUAL, AUDIT_ARCH_X86_64, "next", "refuse"),
  { code: LOAD, value: CALL },
  test(IF_AT_LEAST, X32_CALLS, "refuse"),
  test(IF_EQUAL, 72, "fcntl"),
  test(IF_EQUAL, 16, "ioctl", "allow"),
  // A kernel built for 32 bits: fcntl, fcntl64, ioctl.
  { label: "i386", code: LOAD, value: CALL },
  test(IF_EQUAL, 55, "fcntl"),
  test(IF_EQUAL, 221, "fcntl"),
  test(IF_EQUAL, 54, "ioctl", "allow"),
  { label: "fcntl", code: LOAD, value: SECOND_ARGUMENT },
  test(IF_EQUAL, F_SETFL, "next", "allow"),
  { code: LOAD, value: THIRD_ARGUMENT },
  test(IF_ANY_BIT, O_NONBLOCK, "allow", "pretend"),
  { label: "ioctl", code: LOAD, value: SECOND_ARGUMENT },
  test(IF_EQUAL, FIONBIO, "pretend", "allow"),
  { label: "allow", code: RETURN, value: ALLOW },
  { label: "pretend", code: RETURN, value: PRETEND },
  { label: "refuse", code: RETURN, value: PRETEND | ENOSYS },
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
