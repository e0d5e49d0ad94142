import type { LogMark, LogRead, OffsetRange } from "@corral/console";
import type { Run } from "../guest/history.ts";
import type { KernelLog } from "../guest/kernelLog.ts";
import type { GuestLog } from "./guestLog.ts";

/** The kernel's own log, read as a console's is. It has no index: of its times only those of boots and endings are known. */
export class KernelLogReading implements GuestLog {
  readonly #log: KernelLog;
  readonly #runs: readonly Run[];

  constructor(log: KernelLog, runs: readonly Run[]) {
    this.#log = log;
    this.#runs = runs;
  }

  get start(): number {
    return this.#log.start;
  }
  get end(): number {
    return this.#log.end;
  }

  read(from: number, limit: number): LogRead {
    if (from > this.end) return { ok: false, reason: "beyond-end", end: this.end };
    if (from < this.start) return { ok: false, reason: "expired", next: this.start };
    return { ok: true, offset: from, bytes: this.#log.read(from, limit) };
  }

  marks(from: number, to: number): LogMark[] {
    return this.#runs
      .flatMap(({ boot, startedAt, kernelFrom, kernelTo, ending }): LogMark[] => [
        { kind: "boot", boot, offset: kernelFrom, at: Date.parse(startedAt) },
        { kind: "time", offset: kernelFrom, at: Date.parse(startedAt) },
        ...(kernelTo === null || ending === null
          ? []
          : [{ kind: "time", offset: kernelTo, at: Date.parse(ending.at) } as const]),
      ])
      .filter(({ offset }) => offset >= from && offset <= to);
  }

  sizeAt(): null {
    return null;
  }

  timeAt(offset: number): number | null {
    const run = this.#runs.findLast(({ kernelFrom }) => kernelFrom <= offset);
    return run === undefined ? null : Date.parse(run.startedAt);
  }

  offsetAt(time: number): number {
    return this.#runs.find(({ startedAt }) => Date.parse(startedAt) >= time)?.kernelFrom ?? this.end;
  }

  kept({ from, to }: OffsetRange): OffsetRange[] {
    const stretch = { from: Math.max(from, this.start), to: Math.min(to, this.end) };
    return stretch.from < stretch.to ? [stretch] : [];
  }

  boots() {
    return this.#runs.map(({ boot, kernelFrom, startedAt }) => ({
      boot,
      offset: kernelFrom,
      at: Date.parse(startedAt),
    }));
  }
}
