import { closeSync, readdirSync, readFileSync } from "node:fs";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { pidfdOpen, pidfdSendSignal, SystemCallError } from "../syscalls.ts";

/*
 * Processes of the host, as /proc shows them. A process has ended when /proc says so (ENOENT, ESRCH) and for no other
 * reason: a server that is out of descriptors or may not look (EMFILE, EACCES, EIO) knows nothing, and must not act as if
 * it did. What looks for a process throws then, unless it is only there to show something.
 */

/** The errors by which the system says that a process is not there (any more). */
const GONE: readonly string[] = ["ENOENT", "ESRCH"];
/** Other users' processes on a host whose /proc hides them (hidepid). */
const HIDDEN: readonly string[] = ["EACCES", "EPERM"];

/** Changes with every boot of the host, so that a pid from before is never taken for a process of now. */
export const hostBootId = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

/** null when the process is not there. Throws the system's error when that cannot be told. */
const read = (path: string, absent = GONE): string | null => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (absent.includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
};

/** For what is only shown: null when it cannot be seen, for whatever reason. */
const glance = (path: string): string | null => {
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

/** What names this process for good, or null when it has ended. A zombie has ended. Throws when that cannot be told. */
export const identify = (pid: number): ProcessIdentity | null => {
  const fields = statFields(pid);
  const startTime = fields?.[19];
  if (startTime === undefined || fields?.[0] === "Z" || fields?.[0] === "X") return null;
  return { pid, startTime };
};

/** "unknown": the system did not let it be looked at, which says nothing about the process. */
const lifeOf = ({ pid, startTime }: ProcessIdentity): "alive" | "ended" | "unknown" => {
  try {
    return identify(pid)?.startTime === startTime ? "alive" : "ended";
  } catch {
    return "unknown";
  }
};

/** Whether it certainly lives. What follows from a process's end asks `hasEnded`: false here may only mean not known. */
export const isAlive = (process: ProcessIdentity): boolean => lifeOf(process) === "alive";

/** Whether it has certainly ended. */
export const hasEnded = (process: ProcessIdentity): boolean => lifeOf(process) === "ended";

export const leadsSession = (pid: number): boolean => statFields(pid)?.[3] === String(pid);

/** None when it has ended. Throws when that cannot be told. */
export const childrenOf = (pid: number): number[] =>
  (read(`/proc/${pid}/task/${pid}/children`) ?? "").split(" ").filter(Boolean).map(Number);

/** Who traces this process (ptrace), as the host counts; null: nobody. Throws when that cannot be told. */
export const tracerOf = (pid: number): number | null => {
  const tracer = Number(/^TracerPid:\t(\d+)$/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1] ?? 0);
  return tracer === 0 ? null : tracer;
};

/**
 * null unless its tracer has stopped it; else what is the same as long as that stop lasts: how often it was put off a
 * processor. A traced process is also stopped for a moment at each of its signals.
 */
export const tracingStop = (pid: number): string | null => {
  const status = glance(`/proc/${pid}/status`) ?? "";
  if (!/^State:\tt/m.test(status)) return null;
  return [...status.matchAll(/^\w+_ctxt_switches:\t(\d+)$/gm)].map(([, count]) => count).join(" ");
};

/** Its number in its own pid namespace. */
export const pidInside = (pid: number): number | null => {
  const numbers = /^NSpid:\t(.+)$/m.exec(glance(`/proc/${pid}/status`) ?? "")?.[1]?.split("\t");
  return numbers === undefined ? null : Number(numbers.at(-1));
};

/** The words of its command line; none when it has ended, or is another user's that is hidden. Throws when that cannot be told. */
export const argumentsOf = (pid: number): string[] =>
  (read(`/proc/${pid}/cmdline`, [...GONE, ...HIDDEN]) ?? "").split("\0").slice(0, -1);

/** Processes of the host whose command line contains this word. Throws when that cannot be told. */
export const findByArgument = (word: string): number[] =>
  readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => argumentsOf(pid).includes(word));

/**
 * Sends a signal to exactly this process; false when it has ended. The identity is checked after the descriptor is
 * open, so that a reused pid is never hit. Throws when it cannot be told whether this is still the process, and has sent
 * nothing then.
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
    if (identify(process.pid)?.startTime !== process.startTime) return false;
    pidfdSendSignal(pidfd, number);
    return true;
  } catch (error) {
    if (error instanceof SystemCallError && error.code === "ESRCH") return false;
    throw error;
  } finally {
    closeSync(pidfd);
  }
};
