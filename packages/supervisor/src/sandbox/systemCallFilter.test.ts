import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { closePty, openPty, type PtyPair } from "../pty.ts";
import { until } from "../testing/fleet.ts";
import { librariesOf } from "./libraries.ts";
import { readOnly, sandboxCommand } from "./sandbox.ts";
import { systemCallFilter } from "./systemCallFilter.ts";

const PERL = "/usr/bin/perl";
const MASTER_FD = 5;
const O_NONBLOCK = 0o4000;

/** What a kernel that was taken over would try on the master it holds. Says of each try what it was told. */
const HOSTILE = `
  $| = 1;
  open(my $master, "+<&=", ${MASTER_FD}) or die $!;
  my $flags = fcntl($master, 3, 0);
  print "nonblocking=", ($flags & 04000) != 0 ? 1 : 0, "\\n";
  print "F_SETFL=", fcntl($master, 4, $flags & ~04000) ? 1 : 0, "\\n";
  my $zero = pack("i", 0);
  print "FIONBIO=", ioctl($master, 0x5421, $zero) ? 1 : 0, "\\n";
  print "x32=", syscall(0x40000000 + 72, ${MASTER_FD}, 4, 0), "\\n";
  print "kept=", (fcntl($master, 3, 0) & 04000) != 0 ? 1 : 0, "\\n";
  print "F_DUPFD=", fcntl($master, 0, 20) > 0 ? 1 : 0, "\\n";
  my $taken = sysread($master, my $stolen, 100);
  print "read=", defined $taken ? "$stolen" : "$!", "\\n";
  sleep 60;
`;

/** Programs of a test, each in the group that it leads. */
const children: ChildProcess[] = [];
const ptys: PtyPair[] = [];
let folder = "";
afterEach(async () => {
  for (const child of children.splice(0)) {
    const gone = once(child, "exit");
    process.kill(-(child.pid as number), "SIGKILL");
    await gone;
  }
  for (const pty of ptys.splice(0)) closePty(pty);
  rmSync(folder, { recursive: true, force: true });
});

/** The sandbox as a guest has it, with another program in the kernel's place, which is handed the master. */
const sandboxed = async (master: number): Promise<{ said: () => string }> => {
  folder = mkdtempSync(join(tmpdir(), "corral-filter-"));
  writeFileSync(join(folder, "filter"), systemCallFilter());
  const filter = openSync(join(folder, "filter"), "r");
  const status = openSync(join(folder, "status"), "w");
  const log = openSync(join(folder, "said"), "w");
  const [program, argv] = sandboxCommand({
    launch: "test",
    kernel: PERL,
    libraries: (await librariesOf(PERL)).map((path) => readOnly(path, path)),
    mounts: [],
    memoryMiB: 32,
    cpus: [0],
    niceness: 0,
    uid: null,
    cgroup: null,
    statusFd: 3,
    filterFd: 6,
    kernelArguments: ["-e", HOSTILE],
  });
  const child = spawn(program, argv, { stdio: ["ignore", log, log, status, log, master, filter], detached: true });
  children.push(child);
  for (const fd of [filter, status, log]) closeSync(fd);
  return { said: () => readFileSync(join(folder, "said"), "utf8") };
};

const isNonBlocking = (fd: number): boolean => {
  const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "";
  return (Number.parseInt(flags, 8) & O_NONBLOCK) !== 0;
};

it("keeps whoever shares a console's terminal from making the server wait in a read", async () => {
  const pty = openPty(80, 24);
  ptys.push(pty);
  const { said } = await sandboxed(pty.master);
  await until(
    () => said().includes("read="),
    () => `its last try; it said: ${said()}`,
  );
  // It is told that it succeeded, and did not; what it may do with its descriptors otherwise, it may.
  expect(said()).toBe(
    "nonblocking=1\nF_SETFL=1\nFIONBIO=1\nx32=-1\nkept=1\nF_DUPFD=1\nread=Resource temporarily unavailable\n",
  );
  expect(isNonBlocking(pty.master)).toBe(true);
  // It has what it shares still open, and reading it returns at once.
  expect(() => readSync(pty.master, Buffer.alloc(10))).toThrow(/EAGAIN/);
});
