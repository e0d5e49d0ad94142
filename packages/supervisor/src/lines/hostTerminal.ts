import { accessSync, closeSync, constants, openSync, readFileSync, statSync } from "node:fs";
import { type ConsoleChannels, CorralError, parseChannel } from "@corral/contracts";
import { setCloseOnExec } from "../syscalls.ts";

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
  if (!KINDS.has(driver?.[4] ?? "")) return `${path} is not a serial line or a terminal of the host`;
  return mayOpen(path) ? null : `the user that Corral runs as may not open ${path}; who may, "ls -l ${path}" says`;
};

const mayOpen = (path: string): boolean => {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/** The end of a console that is a terminal of the host. */
export const hostTerminalKey = (name: string, way: "in" | "out"): string => `${name}-${way}`;

/**
 * Opens the terminals of the host that consoles are connected to, by `hostTerminalKey`. They are opened here and handed
 * over as descriptors: the guest's own user may not open them, and its sandbox need not have them. Whoever calls this
 * closes them. Throws CorralError host_unfit, and leaves none open.
 */
export const openHostTerminals = (
  consoles: readonly (ConsoleChannels & { readonly name: string })[],
): Map<string, number> => {
  const opened = new Map<string, number>();
  try {
    for (const { name, channel, output } of consoles) {
      for (const [way, text] of [["in", channel] as const, ["out", output] as const]) {
        const parsed = text === undefined ? undefined : parseChannel(text);
        if (parsed?.kind === "tty") opened.set(hostTerminalKey(name, way), openHostTerminal(parsed.path, name));
      }
    }
    return opened;
  } catch (error) {
    for (const fd of opened.values()) closeSync(fd);
    throw error;
  }
};

const openHostTerminal = (path: string, console: string): number => {
  const problem = whyNotHostTerminal(path);
  if (problem !== null) throw unfit(console, problem);
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
  try {
    // Not waiting for a modem's carrier: the kernel of the guest would hang in that.
    const fd = openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    setCloseOnExec(fd);
    return fd;
  } catch (error) {
    throw unfit(console, `${path} could not be opened: ${(error as Error).message}`);
  }
};

const unfit = (console: string, problem: string): CorralError =>
  new CorralError(
    "host_unfit",
    `The guest was not started: ${console} is to be a terminal of the host, and ${problem}. Mend that, or give the console another channel.`,
  );
