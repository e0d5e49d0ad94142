import { closeSync, openSync, readFileSync } from "node:fs";

/** Of the limit, a part is kept for what runs: launches, consoles, control. Connections of people end before it. */
const RESERVED_PART = 1 / 4;
const RESERVED_MAXIMUM = 1024;

/**
 * How many descriptors this process may have open. Node has raised that to the hard limit when it started, whatever
 * `ulimit -n` said (node.cc, PlatformInit). Infinity where there is no limit.
 */
export const descriptorLimit = (): number => {
  const limit = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
  return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
};

/** How many of so many are kept for what runs. */
export const reservedDescriptors = (limit: number): number =>
  Math.min(RESERVED_MAXIMUM, Math.floor(limit * RESERVED_PART));

/** Whether something failed since there was no descriptor left, for this process or on the whole host. */
export const isOutOfDescriptors = (error: unknown): boolean =>
  ["EMFILE", "ENFILE"].includes((error as NodeJS.ErrnoException).code ?? "");

/**
 * How many more can be opened, at least. The kernel gives out the lowest number that is free, so that a new
 * descriptor's number says how many are taken below it.
 */
export const freeDescriptors = (limit: number): number => {
  try {
    const lowest = openSync("/dev/null", "r");
    closeSync(lowest);
    return limit - lowest;
  } catch {
    return 0;
  }
};
