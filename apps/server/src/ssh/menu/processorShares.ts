import type { GuestProcess } from "@corral/contracts";

/** What each process used of the processor since the last look. */
export class ProcessorShares {
  #before: ReadonlyMap<number, number> | null = null;
  #uptimeBefore = 0;

  /** Busiest first; at the first look nothing is known but what they used in all. */
  of(processes: readonly GuestProcess[], uptimeSeconds: number) {
    const passed = Math.max(uptimeSeconds - this.#uptimeBefore, 0.01);
    const before = this.#before;
    const shares = processes.map((process) => {
      // A process that is new has used all of its time since.
      const used = before === null ? 0 : process.cpuSeconds - (before.get(process.pid) ?? 0);
      return { process, percent: Math.max(0, (100 * used) / passed) };
    });
    this.#before = new Map(processes.map(({ pid, cpuSeconds }) => [pid, cpuSeconds]));
    this.#uptimeBefore = uptimeSeconds;
    return shares.sort((a, b) => b.percent - a.percent || b.process.cpuSeconds - a.process.cpuSeconds);
  }
}
