import { type Ending, ending } from "@corral/contracts";
import { z } from "zod";
import { readIfThere } from "./launchRecord.ts";
import { writeWhole } from "./writeWhole.ts";

const history = z.object({
  version: z.literal(1),
  boots: z.int(),
  bootRetries: z.int(),
  ending: ending.nullable(),
  /** It crashed and stayed so, as opposed to having been switched off. */
  crashed: z.boolean(),
});
type History = z.infer<typeof history>;

const NONE: History = { version: 1, boots: 0, bootRetries: 0, ending: null, crashed: false };

/** What outlasts a guest's runs: how often it was booted, and how it ended last. */
export class GuestHistory {
  readonly #path: string;
  #history: History;

  /** Throws when what is on disk is not a history. */
  constructor(path: string) {
    this.#path = path;
    const text = readIfThere(path);
    this.#history = text === null ? NONE : history.parse(JSON.parse(text));
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

  /** A run with this number has begun. Written down when it ends; until then its launch record has the number. */
  begins(bootNumber: number): void {
    this.#history = { ...this.#history, boots: Math.max(this.#history.boots, bootNumber), crashed: false };
  }

  /** The boot that has just ended counts as one that is tried again by itself. */
  isRetried(): void {
    this.#history = { ...this.#history, bootRetries: this.#history.bootRetries + 1 };
  }

  /** Remembers how it ended, on disk too. Throws as the file system does, and then remembers all the same. */
  ends(how: Ending, crashed: boolean): void {
    this.#history = { ...this.#history, ending: how, crashed };
    writeWhole(this.#path, JSON.stringify(this.#history, null, 1), { durable: true });
  }
}
