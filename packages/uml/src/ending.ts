import { constants } from "node:os";

/** How the kernel's process ended, as waitpid says it; 128 + signal as exitCode, as a shell or bwrap says it, also. */
export interface ProcessExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type EndingKind =
  | "powered-off"
  /** 6.1 says so on poweroff as well as on halt; 6.12 and 7.2 tell them apart. */
  | "halted"
  | "rebooted"
  | "panic"
  /** A panic before the root was mounted: a bad disk or command line, or bad luck (docs/uml.md, "Odd boots"). */
  | "boot-failed"
  /** By a signal from outside, SIGTERM among them. */
  | "killed"
  /** Without a word: mconsole's halt and reboot do that, and so does a kernel that never began to boot. */
  | "exited";

export interface Ending {
  readonly kind: EndingKind;
  /** One sentence for a person. Parts of it may be the guest's own words, without control characters. */
  readonly message: string;
  readonly rootMounted: boolean;
}

/** What a panic's sentence is cut to: the kernel's own are shorter, a guest's user may write longer ones. */
const SENTENCE_MAXIMUM = 200;

/*
 * A line of the kernel log, as on a serial line or with a level before it, as the kernel dumps it to its stdout when it
 * panics before it has a console.
 */
const LINE_START = "^(?:<[0-7]>)?(?:\\[ *[0-9.]+\\] )?";
const PANIC = new RegExp(`${LINE_START}Kernel panic - not syncing: (.*)$`, "gm");
const LAST_WORD = new RegExp(`${LINE_START}reboot: (Power down|System halted|Restarting system)`, "gm");
const MOUNTED = new RegExp(`${LINE_START}VFS: Mounted root`, "m");
const INIT = new RegExp(`${LINE_START}Run \\S+ as init process`, "m");
const BEGINNING = new RegExp(`${LINE_START}Linux version `, "m");
/** Who panicked: the boot's own task is called swapper until it becomes init. */
const BOOTING_TASK = new RegExp(`${LINE_START}CPU: \\d+ (?:UID: \\d+ )?PID: 1 Comm: swapper`, "m");
const NO_ROOT = /^VFS: Unable to mount root fs/;
const NO_INIT = /^(Requested init|No working init found)/;
/** EAGAIN of a lock: arch/um/os-Linux/file.c (os_lock_file) and arch/um/drivers/ubd_kern.c. */
const LOCKED = new RegExp(`${LINE_START}ubd([a-p]): Can't open ".*": errno = 11$`, "m");
/** The last of the checks that a kernel prints before it begins, on its stdout. */
const CHECK_PASSED = /^Checking .*\.\.\.OK$/;

/** Whether the kernel log says that the root file system was mounted. With `quiet` the kernel does not say. */
export const rootMounted = (kernelLog: string): boolean => MOUNTED.test(kernelLog);

/** Whether the kernel log says that init was started. With `quiet` the kernel does not say. */
export const userlandStarted = (kernelLog: string): boolean => INIT.test(kernelLog);

/** The number of a disk that the kernel did not get, since another process had it locked; null: there is none. */
export const lockedDisk = (kernelLog: string): number | null => {
  const letter = LOCKED.exec(kernelLog)?.[1];
  return letter === undefined ? null : letter.charCodeAt(0) - "a".charCodeAt(0);
};

/**
 * Whether a kernel logs what it does at all, so that it will say when its userland starts: what arch/um's mconsole_kern.c
 * prints is as unimportant (KERN_INFO) as that is. With `quiet` neither is there.
 */
export const logsBoot = (kernelLog: string): boolean => kernelLog.includes("mconsole (version ");

/**
 * How a guest ended: docs/uml.md, "How a guest ends".
 * @param kernelLog Of that boot, the whole or its tail, followed by what the kernel wrote to its stdout and stderr (the
 *   only place where it says why it did not begin, or why it panicked before it had a console).
 */
export const readEnding = (kernelLog: string, exit: ProcessExit): Ending => {
  const signal = exit.signal ?? signalOf(exit.exitCode);
  if (signal === "SIGABRT") return abortEnding(kernelLog);
  const mounted = rootMounted(kernelLog) || userlandStarted(kernelLog);
  if (signal !== null) {
    return { kind: "killed", message: `The kernel was killed by ${signal}.`, rootMounted: mounted };
  }
  if (exit.exitCode === 0) return orderlyEnding(kernelLog, mounted);
  const complaint = complaintOf(kernelLog);
  if (exit.exitCode === 1 && complaint === null) {
    return { kind: "killed", message: "The kernel was told to end by SIGTERM or SIGINT.", rootMounted: mounted };
  }
  const why = complaint === null ? "" : ` Its last words: ${complaint}`;
  return { kind: "exited", message: `The kernel ended with code ${exit.exitCode}.${why}`, rootMounted: mounted };
};

/**
 * UML's panic ends in abort(3). So do a halt while mconsole has it stopped and, on 7.2, any power-off where libgcc_s.so.1
 * is missing (docs/uml.md, "Other kernels"): those say no word of panic.
 */
const abortEnding = (kernelLog: string): Ending => {
  const panic = lastIn(kernelLog, PANIC);
  if (panic === undefined && lastIn(kernelLog, LAST_WORD) !== undefined) return orderlyEnding(kernelLog, true);
  const sentence = plain(panic ?? "");
  const mounted = mountedBeforePanic(kernelLog, sentence);
  const said = sentence === "" ? "it aborted without saying why." : sentence;
  return mounted
    ? { kind: "panic", message: `The kernel panicked: ${said}`, rootMounted: true }
    : { kind: "boot-failed", message: `The kernel could not boot: ${said}`, rootMounted: false };
};

/** Where the log does not say (a tail, or `quiet`), it is told by what panicked: the task that boots, or another. */
const mountedBeforePanic = (kernelLog: string, sentence: string): boolean => {
  if (rootMounted(kernelLog) || userlandStarted(kernelLog)) return true;
  if (BEGINNING.test(kernelLog) || NO_ROOT.test(sentence)) return false;
  return NO_INIT.test(sentence) || !BOOTING_TASK.test(kernelLog);
};

const orderlyEnding = (kernelLog: string, mounted: boolean): Ending => {
  switch (lastIn(kernelLog, LAST_WORD)) {
    case "Power down":
      return { kind: "powered-off", message: "The guest powered itself off.", rootMounted: true };
    case "System halted":
      return { kind: "halted", message: "The guest powered itself off or halted.", rootMounted: true };
    case "Restarting system":
      return { kind: "rebooted", message: "The guest restarted.", rootMounted: true };
    default: {
      const message = "The kernel ended without a word, as it does when mconsole halts or restarts it.";
      return { kind: "exited", message, rootMounted: mounted };
    }
  }
};

/** Why a kernel did not begin: its last line, where that is neither from a boot nor one of the checks before it. */
const complaintOf = (text: string): string | null => {
  if (BEGINNING.test(text)) return null;
  const last = plain(text.trimEnd().split("\n").at(-1) ?? "");
  return last === "" || CHECK_PASSED.test(last) ? null : last;
};

/** What the first group of the last match holds. */
const lastIn = (text: string, pattern: RegExp): string | undefined => [...text.matchAll(pattern)].at(-1)?.[1];

/** The guest can write into its kernel log (/dev/kmsg), so what is shown of it is cut and free of control characters. */
const plain = (text: string): string => text.replace(/\p{C}/gu, "").trim().slice(0, SENTENCE_MAXIMUM);

/** Shells and bwrap report a signal as an exit code of 128 and its number. */
const signalOf = (exitCode: number | null): NodeJS.Signals | null => {
  const number = (exitCode ?? 0) - 128;
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found === undefined ? null : (found[0] as NodeJS.Signals);
};
