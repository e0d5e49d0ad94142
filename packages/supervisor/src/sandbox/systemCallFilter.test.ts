import { chmodSync, mkdtempSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { closePty, openPty, type PtyPair } from "../pty.ts";
import { ALL_WAYS, HANDED_FD, StandIn } from "../testing/standIn.ts";

const O_NONBLOCK = 0o4000;

/** What a kernel that was taken over would try on the master it holds. Says of each try what it was told. */
const ON_A_MASTER = `
  open(my $master, "+<&=", ${HANDED_FD}) or die $!;
  my $flags = fcntl($master, 3, 0);
  print "nonblocking=", ($flags & 04000) != 0 ? 1 : 0, "\\n";
  print "F_SETFL=", fcntl($master, 4, $flags & ~04000) ? 1 : 0, "\\n";
  my $zero = pack("i", 0);
  print "FIONBIO=", ioctl($master, 0x5421, $zero) ? 1 : 0, "\\n";
  print "x32=", syscall(0x40000000 + 72, ${HANDED_FD}, 4, 0), "\\n";
  print "kept=", (fcntl($master, 3, 0) & 04000) != 0 ? 1 : 0, "\\n";
  print "F_DUPFD=", fcntl($master, 0, 20) > 0 ? 1 : 0, "\\n";
  my $taken = sysread($master, my $stolen, 100);
  print "read=", defined $taken ? "$stolen" : "$!", "\\n";
  sleep 60;
`;

/** What it would try on a disk of its own, and what it was told: 27 is EFBIG, 95 EOPNOTSUPP, 1 EPERM. */
const ON_A_DISK = `
  open(my $disk, "+<", "/disk") or die $!;
  my $fd = fileno($disk);
  my $say = sub { my ($what, $done) = @_; print "$what=", $done ? "done" : $! + 0, "\\n" };
  $say->("inside", syswrite($disk, "x" x 4096));
  sysseek($disk, ${1 << 30}, 0);
  $say->("beyond", defined syswrite($disk, "x"));
  $say->("truncate", truncate($disk, ${1 << 30}));
  $say->("fallocate", syscall(285, $fd, 0, 0, ${1 << 30}) == 0);
  $say->("keep size", syscall(285, $fd, 1, 0, ${1 << 30}) == 0);
  $say->("zero range", syscall(285, $fd, 17, 0, ${1 << 30}) == 0);
  $say->("punch", syscall(285, $fd, 3, 0, 4096) == 0);
  my $space = pack("s s x4 q q l L l4", 0, 0, 0, ${1 << 30}, 0, 0, 0, 0, 0, 0);
  $say->("reserve", syscall(16, $fd, 0x4030582a, $space) == 0);
  my $limits = pack("Q Q", ~0, ~0);
  $say->("setrlimit", syscall(160, 1, $limits) == 0);
  $say->("prlimit", syscall(302, 0, 1, $limits, 0) == 0);
  $say->("other limit", syscall(302, 0, 3, 0, $limits) == 0);
  print "end\\n";
  sleep 60;
`;

/** What it would ask the host's kernel for. Says of each try which error it got (errno's number, 0: none). */
const ON_THE_HOST = `
  sub try_call { my ($name, $number, @words) = @_; $! = 0; my $got = syscall($number, @words); print "$name=", $got < 0 ? $! + 0 : 0, "\\n"; }
  my $memory = "\\0" x 4096;
  try_call("unshare user", 272, 0x10000000);
  try_call("unshare user and mounts", 272, 0x10020000);
  try_call("clone user", 56, 0x10000000 | 17, 0, 0, 0, 0);
  try_call("clone3", 435, $memory, 88);
  try_call("setns", 308, 0, 0x10000000);
  try_call("sched_setaffinity", 203, 0, 8, "\\xff" x 8);
  try_call("io_uring_setup", 425, 8, $memory);
  try_call("keyctl", 250, 0, -3, 1);
  try_call("bpf", 321, 0, $memory, 64);
  try_call("userfaultfd", 323, 1);
  try_call("vsock", 41, 40, 1, 0);
  try_call("crypto", 41, 38, 5, 0);
  try_call("unix", 41, 1, 1, 0);
  try_call("inet", 41, 2, 2, 0);
  my $child = fork(); if (!$child) { exit 0 } waitpid($child, 0);
  print "fork=", $? == 0 ? 1 : 0, "\\n";
  sleep 60;
`;
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

const ptys: PtyPair[] = [];
let standIn: StandIn | null = null;
afterEach(async () => {
  await standIn?.end();
  standIn = null;
  for (const pty of ptys.splice(0)) closePty(pty);
});

const isNonBlocking = (fd: number): boolean => {
  const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "";
  return (Number.parseInt(flags, 8) & O_NONBLOCK) !== 0;
};

it("keeps whoever shares a console's terminal from making the server wait in a read", async () => {
  const pty = openPty(80, 24);
  ptys.push(pty);
  standIn = await StandIn.start({ script: ON_A_MASTER, handed: [pty.master] });
  // It is told that it succeeded, and did not; what it may do with its descriptors otherwise, it may.
  expect(await standIn.says(/read=.*\n/)).toBe(
    "nonblocking=1\nF_SETFL=1\nFIONBIO=1\nx32=-1\nkept=1\nF_DUPFD=1\nread=Resource temporarily unavailable\n",
  );
  expect(isNonBlocking(pty.master)).toBe(true);
  // It has what it shares still open, and reading it returns at once.
  expect(() => readSync(pty.master, Buffer.alloc(10))).toThrow(/EAGAIN/);
});

describe.each(ALL_WAYS)("whoever has taken over a kernel that runs as user %s", (uid) => {
  it("makes no namespace, moves to no other processor, and reaches nothing of the host beside its namespaces", async () => {
    standIn = await StandIn.start({ script: ON_THE_HOST, uid });
    const said = await standIn.says(/fork=\d\n/);
    const told = Object.fromEntries(
      said
        .trim()
        .split("\n")
        .map((line) => line.split("=")),
    );
    expect(told).toEqual({
      "unshare user": `${EPERM}`,
      "unshare user and mounts": `${EPERM}`,
      "clone user": `${EPERM}`,
      clone3: `${ENOSYS}`,
      setns: `${EPERM}`,
      sched_setaffinity: `${EPERM}`,
      io_uring_setup: `${ENOSYS}`,
      keyctl: `${ENOSYS}`,
      bpf: `${ENOSYS}`,
      userfaultfd: `${ENOSYS}`,
      vsock: `${EAFNOSUPPORT}`,
      crypto: `${EAFNOSUPPORT}`,
      unix: "0",
      inet: "0",
      fork: "1",
    });
    expect(readFileSync(`/proc/${standIn.processes.kernel.pid}/status`, "utf8")).toMatch(/^Cpus_allowed_list:\t0$/m);
  });

  it("cannot make its disk's file larger than it may be, by any call", async () => {
    const folder = mkdtempSync(join(tmpdir(), "corral-filter-"));
    try {
      const disk = join(folder, "disk");
      writeFileSync(disk, "");
      chmodSync(disk, 0o666);
      const mounts = [{ source: disk, target: "/disk", writable: true }];
      standIn = await StandIn.start({ script: ON_A_DISK, uid, mounts });
      expect(await standIn.says(/end\n/)).toBe(
        [
          ...["inside=done", "beyond=27", "truncate=27"],
          ...["fallocate=95", "keep size=95", "zero range=95", "punch=done", "reserve=95"],
          ...["setrlimit=1", "prlimit=1", "other limit=done", "end", ""],
        ].join("\n"),
      );
      expect(statSync(disk).size).toBe(4096);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
