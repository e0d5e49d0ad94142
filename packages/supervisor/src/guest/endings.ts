import type { Ending, EndingKind } from "@corral/contracts";
import { lockedDisk, readEnding } from "@corral/uml";
import type { AskedOf } from "./launchRecord.ts";

/* What the end of a guest's process means, and what follows from it. */

/** Longest piece of a kernel log that is read to find out how a boot ended: a panic with its trace has 4 KB. */
export const ENDING_TAIL_BYTES = 64 * 1024;

export interface End {
  readonly exitCode: number | null;
  /** This boot's kernel log, followed by what the console said where the kernel never began; the last part is enough. */
  readonly log: string;
  readonly rootMounted: boolean;
  readonly asked: AskedOf | null;
  /** Which process has locked the disk of this number, in words; null where that cannot be told. */
  readonly lockHolder: (ubd: number) => string | null;
  /** A server watched it; otherwise it was found ended. */
  readonly at: Date;
}

/** What a person asked for, said in the words of the end it led to. */
const onRequest: Record<AskedOf, string> = {
  shutdown: "It was shut down.",
  restart: "It was shut down, to be started again.",
  "force-off": "It was forced off.",
  "force-restart": "It was forced off, to be started again.",
};

/** How a guest ended, in words for a person. */
export const endingOf = (end: End): Ending => {
  const read = readEnding(end.log, { exitCode: end.exitCode, signal: null });
  const common = { at: end.at.toISOString(), exitCode: end.exitCode };
  if (end.asked === "force-off" || end.asked === "force-restart") {
    return { ...common, kind: "forced-off", message: onRequest[end.asked], remedy: null };
  }
  if (read.kind === "panic" || read.kind === "boot-failed") {
    const kind: EndingKind = read.kind === "panic" && end.rootMounted ? "panic" : "boot-failed";
    const locked = kind === "boot-failed" ? lockedDisk(end.log) : null;
    if (locked !== null) {
      const holder = end.lockHolder(locked) ?? "another process, which cannot be told any more";
      const message = `The kernel could not open its disk: ubd${locked} is locked by ${holder}.`;
      return { ...common, kind, message, remedy: LOCKED_REMEDY };
    }
    return { ...common, kind, message: read.message, remedy: remedies[kind] ?? null };
  }
  if (read.kind === "rebooted") return { ...common, kind: "rebooted", message: read.message, remedy: null };
  if (read.kind === "powered-off" || read.kind === "halted" || (read.kind === "exited" && end.exitCode === 0)) {
    return end.asked === null
      ? { ...common, kind: "powered-off", message: read.message, remedy: null }
      : { ...common, kind: "shutdown", message: onRequest[end.asked], remedy: null };
  }
  if (!end.rootMounted && read.kind === "exited") {
    return { ...common, kind: "boot-failed", message: read.message, remedy: remedies["boot-failed"] ?? null };
  }
  return { ...common, kind: "killed", message: read.message, remedy: remedies.killed ?? null };
};

const LOCKED_REMEDY =
  "Most often another guest has the same file as a disk, or a program of the host has it open: shut that down, then start this one again.";

const remedies: Partial<Record<EndingKind, string>> = {
  panic:
    "The kernel log has the panic and its call trace. Start the guest again, or give it more memory if it ran out.",
  "boot-failed":
    "Look at the last lines of the kernel log: most often the root device, the image or the init program is not what the definition says.",
  killed:
    "Something on the host ended its process: a person, or the kernel when memory ran out (see the host's own log).",
};

export type Next = "stay-off" | "stay-crashed" | "start-now" | "retry-boot" | "start-after-back-off";

/** What the supervisor does after a guest ended: what was asked for goes first, then the guest's own wish, then policy. */
export const whatNext = (
  ending: Ending,
  asked: AskedOf | null,
  policy: "never" | "on-crash" | "always",
  bootRetriesLeft: number,
): Next => {
  if (asked === "restart" || asked === "force-restart") return "start-now";
  if (asked === "shutdown" || asked === "force-off") return "stay-off";
  switch (ending.kind) {
    case "rebooted":
      return "start-now";
    case "boot-failed":
      return bootRetriesLeft > 0 ? "retry-boot" : "stay-crashed";
    case "panic":
    case "killed":
      return policy === "never" ? "stay-crashed" : "start-after-back-off";
    case "powered-off":
      return policy === "always" ? "start-after-back-off" : "stay-off";
    case "launch-failed":
      return "stay-crashed";
    default:
      return "stay-off";
  }
};
