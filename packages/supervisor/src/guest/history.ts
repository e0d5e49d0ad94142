import { CorralError, type Ending, ending } from "@corral/contracts";
import { z } from "zod";
import type { LaunchRecord } from "./launchRecord.ts";
import { readOwnText } from "./ownText.ts";
import { writeWhole } from "./writeWhole.ts";

/** Boots that are remembered: more than logs keep the output of. */
const RUNS_KEPT = 100;

const run = z.object({
  boot: z.int(),
  startedAt: z.string(),
  /** Where its part of the kernel log begins, and ends. */
  kernelFrom: z.int(),
  kernelTo: z.int().nullable(),
  ending: ending.nullable(),
});
export type Run = z.infer<typeof run>;

const history = z.object({
  version: z.literal(1),
  boots: z.int(),
  bootRetries: z.int(),
  ending: ending.nullable(),
  /** It crashed and stayed so, as opposed to having been switched off. */
  crashed: z.boolean(),
  /** The newest runs, oldest first. */
  runs: z.array(run).default([]),
});
type History = z.infer<typeof history>;

const NONE: History = { version: 1, boots: 0, bootRetries: 0, ending: null, crashed: false, runs: [] };

/** What outlasts a guest's runs: how often it was booted, and how it ended last. */
export class GuestHistory {
  readonly #path: string;
  #history: History;

  /** With none, whatever lies at its path: for a guest of which nothing is known but its definition. */
  static none(path: string): GuestHistory {
    return new GuestHistory(path, NONE);
  }

  private constructor(path: string, history: History) {
    this.#path = path;
    this.#history = history;
  }

  /** Throws CorralError `host_unfit` when what is on disk is not a history. */
  static read(path: string): GuestHistory {
    const text = readOwnText(path);
    // Empty is what some file systems make of a file that was being written when the host lost its power.
    return new GuestHistory(path, text === null || text === "" ? NONE : readHistory(path, text));
  }

  get boots(): number {
    return this.#history.boots;
  }
  get bootRetries(): number {
    return this.#history.bootRetries;
  }
  get ending(): Ending | null {
    return this.#history.ending;
  }
  get crashed(): boolean {
    return this.#history.crashed;
  }

  /** The newest runs, oldest first. */
  get runs(): readonly Run[] {
    return this.#history.runs;
  }

  /** A run with this number has begun. Written down when it ends; until then its launch record has the number. */
  begins({ bootNumber, startedAt, kernelLogStart }: LaunchRecord): void {
    const { boots, runs } = this.#history;
    const begun = { boot: bootNumber, startedAt, kernelFrom: kernelLogStart, kernelTo: null, ending: null };
    this.#history = {
      ...this.#history,
      boots: Math.max(boots, bootNumber),
      crashed: false,
      runs: [...runs.filter(({ boot }) => boot !== bootNumber), begun].slice(-RUNS_KEPT),
    };
  }

  /** The boot that has just ended counts as one that is tried again by itself. */
  isRetried(): void {
    this.#history = { ...this.#history, bootRetries: this.#history.bootRetries + 1 };
  }

  /** Remembers how it ended, and where the kernel log did, on disk too. Throws as the file system does, and then remembers all the same. */
  ends(how: Ending, crashed: boolean, kernelTo: number): void {
    const runs = this.#history.runs.map((each) => (each.ending === null ? { ...each, kernelTo, ending: how } : each));
    this.#history = { ...this.#history, ending: how, crashed, runs };
    writeWhole(this.#path, JSON.stringify(this.#history, null, 1), { durable: true });
  }
}

const readHistory = (path: string, text: string): History => {
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    throw damaged(path);
  }
  const parsed = history.safeParse(written);
  if (parsed.success) return parsed.data;
  if (newer.safeParse(written).success) {
    throw new CorralError(
      "host_unfit",
      `${path} was written by a newer version of Corral than this one. Start the newer version, or move the file away: the ` +
        "guest's disks and logs stay, and its boots are counted anew.",
    );
  }
  throw damaged(path);
};

const newer = z.object({ version: z.int().min(2) });

const damaged = (path: string): CorralError =>
  new CorralError(
    "host_unfit",
    `${path} is damaged: it says how often a guest was booted and how it ended. Put its backup in its place, or move it ` +
      "away: the guest's disks and logs stay, and its boots are counted anew.",
  );
