import { logsBoot, userlandStarted } from "@corral/uml";
import type { KernelLog } from "./kernelLog.ts";

/** How often a booting guest's kernel log is looked at: often enough that "running" is never late to the eye. */
const BOOT_POLL_MS = 50;
/** The part of a boot's log that is searched for "userland has started": a boot prints 7 KB. */
export const BOOT_LOG_BYTES = 64 * 1024;
/** A guest that is told to be quiet does not log that its userland has started; this long after its mconsole is up, it has. */
const QUIET_BOOT_MS = 5_000;

export interface BootWatchOptions {
  readonly kernelLog: KernelLog;
  /** Where this boot begins in it. */
  readonly from: number;
  /** Another line of the kernel log. */
  readonly onLine: (line: string) => void;
  /** Userland has started. Called once, and not after `stop`. */
  readonly onBooted: () => void;
}

/** Watches a guest boot, by what its kernel logs, until its userland has started. */
export class BootWatch {
  readonly #options: BootWatchOptions;
  readonly #poll: NodeJS.Timeout;
  #quiet: NodeJS.Timeout | undefined;
  #seen = -1;

  constructor(options: BootWatchOptions) {
    this.#options = options;
    this.#poll = setInterval(() => this.#look(), BOOT_POLL_MS).unref();
  }

  /** The kernel said that its mconsole is up: a sign of life from one that logs nothing. */
  mconsoleIsUp(): void {
    this.#quiet ??= setTimeout(() => {
      // One that logs its boot and has not said so yet waits for something, such as its root.
      if (!logsBoot(this.#log())) this.#booted();
    }, QUIET_BOOT_MS).unref();
  }

  /** Idempotent. */
  stop(): void {
    clearInterval(this.#poll);
    clearTimeout(this.#quiet);
  }

  #log(): string {
    const { kernelLog, from } = this.#options;
    return kernelLog.tail(from, BOOT_LOG_BYTES);
  }

  #look(): void {
    const { end } = this.#options.kernelLog;
    if (end === this.#seen) return;
    this.#seen = end;
    const log = this.#log();
    this.#options.onLine(lastLine(log));
    if (userlandStarted(log)) this.#booted();
  }

  #booted(): void {
    this.stop();
    this.#options.onBooted();
  }
}

/** A page has room for so much of a line. */
const LINE_MAXIMUM = 200;

const lastLine = (log: string): string => {
  const lines = log.trimEnd().split("\n");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the guest wrote this, and a page will show it
  return (lines.at(-1) ?? "").replace(/[\u0000-\u001f\u007f-\u009f]/g, "").slice(0, LINE_MAXIMUM);
};
