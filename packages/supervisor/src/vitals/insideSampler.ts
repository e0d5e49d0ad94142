import type { InsideVitals } from "@corral/contracts";
import { type MconsoleClient, MconsoleError } from "@corral/uml";

/** A busy guest answers within a tick of its clock, 10 ms; only a hung one takes this long. */
const TIMEOUT_MS = 1_000;
/** The longest of these files, meminfo, has 1.5 KiB. A guest that sends more is asked less often. */
const ANSWER_MAXIMUM_CHARACTERS = 16 * 1024;
/** A guest's clock goes as ours does, so that its uptime needs to be asked for only now and then: a third of all commands. */
const UPTIME_EVERY_MS = 60_000;
const KIB = 1024;

const UPTIME = /^(\d{1,12}\.\d{1,9}) /;
const LOADAVG = /^(\d{1,9}\.\d{1,9}) (\d{1,9}\.\d{1,9}) (\d{1,9}\.\d{1,9}) \d+\/(\d{1,9}) /;
const TOTAL = /^MemTotal: +(\d{1,12}) kB$/m;
const AVAILABLE = /^MemAvailable: +(\d{1,12}) kB$/m;
const RELEASE = /^([\w.+~-]{1,64})\n?$/;

/** Asks one run of a guest what its kernel says of itself. */
export class InsideSampler {
  readonly #mconsole: Pick<MconsoleClient, "proc">;
  #kernel: string | null = null;
  /** What it said of its uptime, and when. */
  #uptime: { readonly seconds: number; readonly at: number } | null = null;

  constructor(mconsole: Pick<MconsoleClient, "proc">) {
    this.#mconsole = mconsole;
  }

  /** Its clock may have stood still: the uptime is asked for with the next sample. */
  forgetUptime(): void {
    this.#uptime = null;
  }

  /**
   * One command after the other, each of which makes room for any other. Rejects with MconsoleError; busy says that a
   * person's command came before, malformed that the guest said something else than these files do.
   */
  async sample(): Promise<InsideVitals> {
    this.#kernel ??= (await this.#read("sys/kernel/osrelease", RELEASE))[0] as string;
    const [one, five, fifteen, tasks] = await this.#read("loadavg", LOADAVG);
    const [total, available] = (await this.#read("meminfo", TOTAL, AVAILABLE)).map(Number) as [number, number];
    const uptimeSeconds = await this.#uptimeNow();
    return {
      at: new Date().toISOString(),
      uptimeSeconds,
      load: [Number(one), Number(five), Number(fifteen)],
      memoryTotalBytes: total * KIB,
      memoryUsedBytes: Math.max(0, total - available) * KIB,
      tasks: Number(tasks),
      kernel: this.#kernel,
    };
  }

  async #uptimeNow(): Promise<number> {
    if (this.#uptime === null || performance.now() - this.#uptime.at > UPTIME_EVERY_MS) {
      const [seconds] = await this.#read("uptime", UPTIME);
      this.#uptime = { seconds: Number(seconds), at: performance.now() };
    }
    return Math.round((this.#uptime.seconds + (performance.now() - this.#uptime.at) / 1000) * 100) / 100;
  }

  /** What the patterns find in a file of its /proc. */
  async #read(file: string, ...patterns: readonly RegExp[]): Promise<string[]> {
    const text = await this.#mconsole.proc(file, { yields: true, timeoutMs: TIMEOUT_MS });
    const found = text.length > ANSWER_MAXIMUM_CHARACTERS ? [null] : patterns.map((pattern) => pattern.exec(text));
    if (found.includes(null)) throw new MconsoleError("malformed", `That is not what /proc/${file} looks like.`);
    return found.flatMap((match) => match?.slice(1) ?? []);
  }
}
