import { closeSync } from "node:fs";
import type { TerminalSource } from "@corral/console";
import type { ProcessIdentity, RunLine } from "../guest/launchRecord.ts";
import { hasEnded } from "../sandbox/processes.ts";
import { duplicate, setWindowSize } from "../syscalls.ts";
import { openGuestPts, ptsNumber, type TerminalOwner } from "./guestPts.ts";
import { keepTerminal } from "./keeper.ts";
import { lineEnds } from "./lineEnds.ts";

export interface FoundTerminals {
  readonly source: TerminalSource;
  readonly keepers: ProcessIdentity[];
  /** The N of each /dev/pts/N of the guest's that it is connected to. */
  readonly pts: readonly number[];
}

export interface Finding {
  readonly line: RunLine;
  readonly guest: TerminalOwner;
  /** What the kernel says the console is connected to: pts:/dev/pts/3, or pts:/dev/pts/3,null. */
  readonly answer: string;
  /** Master of the pty of ours that is one of the ends, if one is. It stays the caller's. */
  readonly master: number | undefined;
  /** Pts that are connected already: a kernel goes on naming one that is long gone, and somebody else's by now. */
  readonly taken: ReadonlySet<number>;
}

/** Opens the ends of a console that the guest has opened; null while it has not. */
export const openTerminals = ({ line, guest, answer, master, taken }: Finding): FoundTerminals | null => {
  const { read, write } = lineEnds(line);
  const [input = "", output = input] = answer.split(",");
  const numbers = new Map<"read" | "write", number>();
  for (const [way, end, said] of [["read", read, output] as const, ["write", write, input] as const]) {
    if (end?.kind !== "pts") continue;
    const number = ptsNumber(said);
    if (number === null || taken.has(number)) return null;
    numbers.set(way, number);
  }

  const opened = new Map<number | "ours", number>();
  const open = (way: "read" | "write", kind: string | undefined): number | null => {
    if (kind === undefined) return null;
    const key = kind === "fd" ? "ours" : (numbers.get(way) as number);
    const before = opened.get(key);
    if (before !== undefined) return before;
    const fd = key === "ours" ? duplicate(master as number) : openGuestPts(guest, key);
    if (fd !== null) opened.set(key, fd);
    return fd;
  };
  try {
    const from = open("read", read?.kind);
    const to = open("write", write?.kind);
    const fd = from ?? to;
    const isWhole = (from !== null || read === null) && (to !== null || write === null);
    if (fd === null || !isWhole) {
      for (const each of opened.values()) closeSync(each);
      return null;
    }
    // At once: the guest loses a console when its last opener goes, and con0 for good (docs/uml.md, "Consoles").
    const keepers = line.keepers.filter((keeper) => !hasEnded(keeper));
    if (keepers.length === 0) {
      for (const [key, each] of opened) if (key !== "ours") keepers.push(keepTerminal(each));
    }
    return {
      source: {
        fd,
        ...(to === fd ? {} : { inputFd: to }),
        resize: (cols, rows) => resizeQuietly([...opened.values()], cols, rows),
      },
      keepers,
      pts: [...numbers.values()],
    };
  } catch (error) {
    for (const fd of opened.values()) closeSync(fd);
    throw error;
  }
};

/** The guest may have closed it a moment ago. */
const resizeQuietly = (fds: readonly number[], cols: number, rows: number): void => {
  for (const fd of fds) {
    try {
      setWindowSize(fd, cols, rows);
    } catch {
      // Then there is no window any more.
    }
  }
};
