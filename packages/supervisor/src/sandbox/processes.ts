import { closeSync, readdirSync, readFileSync } from "node:fs";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { pidfdOpen, pidfdSendSignal, SystemCallError } from "../syscalls.ts";

/* Processes of the host, as /proc shows them. */

/** Changes with every boot of the host, so that a pid from before is never taken for a process of now. */
export const hostBootId = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

const read = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
};

/** Fields after the command's name, which may itself hold blanks and brackets: [0] is the state, [19] the start time. */
const statFields = (pid: number): string[] | null => {
  const stat = read(`/proc/${pid}/stat`);
  return stat === null ? null : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
};

/** What names this process for good, or null when it has ended. A zombie has ended. */
export const identify = (pid: number): ProcessIdentity | null => {
  const fields = statFields(pid);
  const startTime = fields?.[19];
  if (startTime === undefined || fields?.[0] === "Z" || fields?.[0] === "X") return null;
  return { pid, startTime };
};

export const isAlive = (process: ProcessIdentity): boolean => identify(process.pid)?.startTime === process.startTime;

export const leadsSession = (pid: number): boolean => statFields(pid)?.[3] === String(pid);

export const childrenOf = (pid: number): number[] =>
  (read(`/proc/${pid}/task/${pid}/children`) ?? "").split(" ").filter(Boolean).map(Number);

/** Who traces this process (ptrace), as the host counts; null: nobody. */
export const tracerOf = (pid: number): number | null => {
  const tracer = Number(/^TracerPid:\t(\d+)$/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1] ?? 0);
  return tracer === 0 ? null : tracer;
};

/**
 * null unless its tracer has stopped it; else what is the same as long as that stop lasts: how often it was put off a
 * processor. A traced process is also stopped for a moment at each of its signals.
 */
export const tracingStop = (pid: number): string | null => {
  const status = read(`/proc/${pid}/status`) ?? "";
  if (!/^State:\tt/m.test(status)) return null;
  return [...status.matchAll(/^\w+_ctxt_switches:\t(\d+)$/gm)].map(([, count]) => count).join(" ");
};

/** Its number in its own pid namespace. */
export const pidInside = (pid: number): number | null => {
  const numbers = /^NSpid:\t(.+)$/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1]?.split("\t");
  return numbers === undefined ? null : Number(numbers.at(-1));
};

/** Processes of the host whose command line contains this word. */
export const findByArgument = (word: string): number[] =>
  readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => (read(`/proc/${pid}/cmdline`) ?? "").split("\0").includes(word));

/**
 * Sends a signal to exactly this process; false when it has ended. The identity is checked after the descriptor is
 * open, so that a reused pid is never hit.
 */
export const signal = (process: ProcessIdentity, number: number): boolean => {
  let pidfd: number;
  try {
    pidfd = pidfdOpen(process.pid);
  } catch (error) {
    if (error instanceof SystemCallError && error.code === "ESRCH") return false;
    throw error;
  }
  try {
    if (!isAlive(process)) return false;
    pidfdSendSignal(pidfd, number);
    return true;
  } catch (error) {
    if (error instanceof SystemCallError && error.code === "ESRCH") return false;
    throw error;
  } finally {
    closeSync(pidfd);
  }
};
