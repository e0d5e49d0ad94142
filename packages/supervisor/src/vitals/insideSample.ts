import type { InsideVitals } from "@corral/contracts";
import { type MconsoleClient, MconsoleError } from "@corral/uml";

/** A busy guest answers within a tick of its clock, 10 ms; only a hung one takes this long. */
const TIMEOUT_MS = 1_000;
/** The longest of these files, meminfo, has 1.5 KiB. A guest that sends more is asked less often. */
const ANSWER_MAXIMUM_CHARACTERS = 16 * 1024;
const KIB = 1024;

const UPTIME = /^(\d{1,12}\.\d{1,9}) /;
const LOADAVG = /^(\d{1,9}\.\d{1,9}) (\d{1,9}\.\d{1,9}) (\d{1,9}\.\d{1,9}) \d+\/(\d{1,9}) /;
const TOTAL = /^MemTotal: +(\d{1,12}) kB$/m;
const AVAILABLE = /^MemAvailable: +(\d{1,12}) kB$/m;
const RELEASE = /^([\w.+~-]{1,64})\n?$/;

/**
 * What the guest's kernel says of itself now, one command after the other, each of which makes room for any other.
 * `kernel`: what it said its release is before, in this run. Rejects with MconsoleError; busy says that a person's
 * command came before, malformed that it said something else than these files do.
 */
export const sampleInside = async (
  mconsole: Pick<MconsoleClient, "proc">,
  kernel: string | null,
): Promise<InsideVitals> => {
  const read = async (file: string, ...patterns: readonly RegExp[]): Promise<string[]> => {
    const text = await mconsole.proc(file, { yields: true, timeoutMs: TIMEOUT_MS });
    const found = text.length > ANSWER_MAXIMUM_CHARACTERS ? [] : patterns.map((pattern) => pattern.exec(text));
    if (found.length === 0 || found.includes(null)) {
      throw new MconsoleError("malformed", `What came back is not what /proc/${file} looks like.`);
    }
    return found.flatMap((match) => match?.slice(1) ?? []);
  };
  const release = kernel ?? (await read("sys/kernel/osrelease", RELEASE))[0];
  const [uptime] = await read("uptime", UPTIME);
  const [one, five, fifteen, tasks] = await read("loadavg", LOADAVG);
  const [total, available] = (await read("meminfo", TOTAL, AVAILABLE)).map(Number) as [number, number];
  return {
    at: new Date().toISOString(),
    uptimeSeconds: Number(uptime),
    load: [Number(one), Number(five), Number(fifteen)],
    memoryTotalBytes: total * KIB,
    memoryUsedBytes: Math.max(0, total - available) * KIB,
    tasks: Number(tasks),
    kernel: release as string,
  };
};
