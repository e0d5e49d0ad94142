import { readFile, statfs } from "node:fs/promises";
import { availableParallelism, freemem, totalmem } from "node:os";
import type { Health, HostCheck } from "@corral/contracts";

/** The checks look at the host with processes of their own; what they find changes rarely. */
const CHECKS_FRESH_MS = 60_000;

/** What this machine is and has, for people who look after it. */
export class HostFacts {
  readonly #home: string;
  readonly #check: () => Promise<HostCheck[]>;
  readonly #ownChecks: () => readonly HostCheck[];
  #checks: { readonly at: number; readonly found: Promise<HostCheck[]> } | null = null;

  /** `ownChecks`: what the server knows without looking, and is asked for each time. */
  constructor(home: string, check: () => Promise<HostCheck[]>, ownChecks: () => readonly HostCheck[] = () => []) {
    this.#home = home;
    this.#check = check;
    this.#ownChecks = ownChecks;
  }

  async checks(): Promise<HostCheck[]> {
    const now = Date.now();
    if (this.#checks === null || now - this.#checks.at > CHECKS_FRESH_MS) {
      const found = this.#check();
      this.#checks = { at: now, found };
      found.catch(() => {
        this.#checks = null;
      });
    }
    return [...(await this.#checks.found), ...this.#ownChecks()];
  }

  async host(): Promise<NonNullable<Health["host"]>> {
    const { bavail, bsize } = await statfs(this.#home);
    return {
      cpus: availableParallelism(),
      memoryBytes: totalmem(),
      memoryAvailableBytes: await memoryAvailable(),
      diskFreeBytes: bavail * bsize,
    };
  }
}

/** What the kernel thinks can be had without swapping, caches included: os.freemem leaves those out. */
const memoryAvailable = async (): Promise<number> => {
  const meminfo = await readFile("/proc/meminfo", "utf8").catch(() => "");
  const [, kib] = /^MemAvailable:\s+(\d+) kB/m.exec(meminfo) ?? [];
  return kib === undefined ? freemem() : Number(kib) * 1024;
};

/** A check as a terminal shows it. */
export const inWords = ({ status, title, found, meaning, remedy }: HostCheck): string =>
  [`${status.padEnd(8)} ${title}: ${found}`, meaning, remedy].filter((line) => line !== null).join("\n         ");
