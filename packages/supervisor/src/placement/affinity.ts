import { readdirSync, readFileSync } from "node:fs";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { childrenOf, isAlive } from "../sandbox/processes.ts";
import { SystemCallError, setAffinity } from "../syscalls.ts";

/** The processors of the host that a process may run on, in order; none when it has ended. */
export const processorsOf = (pid: number | "self"): number[] => {
  try {
    const list = /^Cpus_allowed_list:\t(.+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
    return list.split(",").flatMap(range);
  } catch {
    return [];
  }
};

/** "2-4" is 2, 3, 4. */
const range = (words: string): number[] => {
  const [first = 0, last = first] = words.split("-").map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
};

/**
 * Puts a guest that runs on one processor: each thread of its kernel, and of the process that the kernel has for each
 * address space inside. Throws the system's error where that is not allowed.
 */
export const moveTo = (kernel: ProcessIdentity, processor: number): void => {
  if (!isAlive(kernel)) return;
  // The kernel first: what it starts from then on is there by itself.
  for (const thread of threadsOf(kernel.pid)) moveThread(thread, processor);
  for (const thread of childrenOf(kernel.pid).flatMap(threadsOf)) moveThread(thread, processor);
};

const moveThread = (thread: number, processor: number): void => {
  try {
    setAffinity(thread, processor);
  } catch (error) {
    if (!(error instanceof SystemCallError && error.code === "ESRCH")) throw error;
  }
};

/** None when the process has ended. */
export const threadsOf = (pid: number): number[] => {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
};
