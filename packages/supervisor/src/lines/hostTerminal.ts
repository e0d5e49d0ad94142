import { readFileSync, statSync } from "node:fs";

/*
 * Terminals of the host that a guest may be given, from the host's own list of drivers. Left out are those of type
 * "system": /dev/tty, /dev/console and /dev/ptmx are another thing to whoever opens them.
 */
const KINDS: ReadonlySet<string> = new Set(["serial", "console", "pty:slave"]);

/** Why this is not a terminal that can be a guest's console; null when it is one. */
export const whyNotHostTerminal = (path: string): string | null => {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return `there is no ${path} on this host`;
  if (!facts.isCharacterDevice()) return `${path} is not a terminal`;
  const [major, minor] = [(facts.rdev >> 8) & 0xfff, (facts.rdev & 0xff) | ((facts.rdev >> 12) & 0xfff00)];
  const driver = readFileSync("/proc/tty/drivers", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .find(([, , of, range = ""]) => {
      const [first = Number.NaN, last = first] = range.split("-").map(Number);
      return Number(of) === major && minor >= first && minor <= last;
    });
  // The driver's name may hold blanks no more than its type does: "pty_slave /dev/pts 136 0-1048575 pty:slave".
  return KINDS.has(driver?.[4] ?? "") ? null : `${path} is not a serial line or a terminal of the host`;
};
