import { writeFileSync } from "node:fs";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { hasEnded, leadsSession } from "../sandbox/processes.ts";

/**
 * Milliseconds between tries. The kernel takes one change of an ordinary user's in 100 ms, whoever made it
 * (proc_sched_autogroup_set_nice in kernel/sched/autogroup.c).
 */
const RETRY_MS = 130;
/** A hundred guests that are started at once. */
const TRIES = 100;

/**
 * Makes a guest as nice against the rest of the host as its processes are against each other. Linux shares out
 * processor time among sessions first (autogroups, on by default in Debian's kernels), and heeds niceness only within
 * one; UML's kernel makes itself a session, soon after it was started (arch/um/os-Linux/main.c). Returns at once, tries
 * until it has, and tells nobody of a failure: a host without autogroups needs none of this.
 */
export const setSessionNiceness = (kernel: ProcessIdentity, niceness: number, tries = TRIES): void => {
  if (niceness === 0 || tries === 0 || hasEnded(kernel)) return;
  try {
    if (leadsSession(kernel.pid)) {
      writeFileSync(`/proc/${kernel.pid}/autogroup`, String(niceness), { flag: "r+" });
      return;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
  }
  setTimeout(() => setSessionNiceness(kernel, niceness, tries - 1), RETRY_MS).unref();
};
