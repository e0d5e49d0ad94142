import { closeSync, openSync, readSync } from "node:fs";
import type { HostVitals } from "@corral/contracts";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { childrenOf } from "../sandbox/processes.ts";

/** USER_HZ, in which /proc counts processor time: 100 on every host that UML runs on. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;
/** Fields of /proc/<pid>/stat after the command's name: its own time and that of its children that have ended. */
const CPU_FIELDS = [11, 12, 13, 14] as const;
const START_TIME_FIELD = 19;
const SIZE_FIELD = 20;
/** The processor that it ran on last. */
const PROCESSOR_FIELD = 36;

type Family = Omit<HostVitals, "at" | "cpuPercent">;

/**
 * What all processes of a guest use: the sandbox's first process, its children, of which one is the kernel, and the
 * kernel's children, one for each address space inside. Null when the guest has ended.
 *
 * Memory is read from statm, 5 µs a process; PSS (smaps_rollup) would walk all page tables, some ms a guest. Pages that
 * the processes share are those of the guest's memory and of libraries, and the kernel's own process has all of them: so
 * of the others only the private ones are added. The kernel's helpers are known by its size: they live in its memory, so
 * their statm is not read at all.
 */
export const readFamily = ({
  init,
  kernel,
}: {
  readonly init: ProcessIdentity;
  readonly kernel: ProcessIdentity;
}): Family | null => {
  const family = membersOf(init, kernel);
  let kernelSize = "";
  let ticks = 0;
  let privatePages = 0;
  let sharedPages = 0;
  let processes = 0;
  let processor = 0;
  for (const pid of family) {
    const stat = readShort(`/proc/${pid}/stat`);
    // It ended meanwhile, and counts among its parent's from now on.
    if (stat === null) continue;
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const known = pid === init.pid ? init : pid === kernel.pid ? kernel : null;
    if (known !== null && fields[START_TIME_FIELD] !== known.startTime) return null;
    processes += 1;
    for (const field of CPU_FIELDS) ticks += Number(fields[field]);
    const size = fields[SIZE_FIELD] ?? "";
    if (pid === kernel.pid) {
      kernelSize = size;
      processor = Number(fields[PROCESSOR_FIELD]);
    } else if (size === kernelSize) continue;
    const [, resident = 0, shared = 0] = (readShort(`/proc/${pid}/statm`) ?? "").split(" ").map(Number);
    privatePages += Math.max(0, resident - shared);
    sharedPages = Math.max(sharedPages, shared);
  }
  if (processes === 0) return null;
  return {
    cpuSeconds: ticks / TICKS_PER_SECOND,
    residentBytes: (privatePages + sharedPages) * PAGE_BYTES,
    sharedBytes: sharedPages * PAGE_BYTES,
    processes,
    processor,
  };
};

/** Nobody where it cannot be told: then there is no sample this time. */
const membersOf = (init: ProcessIdentity, kernel: ProcessIdentity): ReadonlySet<number> => {
  try {
    return new Set([kernel.pid, init.pid, ...childrenOf(init.pid), ...childrenOf(kernel.pid)]);
  } catch {
    return new Set();
  }
};

const buffer = Buffer.allocUnsafe(4096);

/** A file of /proc that is shorter than a page, in half the time that readFileSync takes. */
const readShort = (path: string): string | null => {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return null;
  }
  try {
    return buffer.toString("latin1", 0, readSync(fd, buffer, 0, buffer.length, 0));
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
};
