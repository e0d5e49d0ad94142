import type { Ending } from "@corral/contracts";
import { BackOff } from "./backOff.ts";
import { whatNext } from "./endings.ts";
import type { AskedOf } from "./launchRecord.ts";

/** Boots that die before the root is mounted, through no fault of the guest's: about one in a hundred (docs/uml.md, "Odd boots"). */
const BOOT_RETRIES = 3;

/** What becomes of a guest whose run has ended. */
export type Aftermath =
  | { readonly next: "stay-off" | "stay-crashed" }
  | {
      readonly next: "start";
      readonly delayMs: number;
      /** Which try of a boot that failed this is; null when it was no such boot. */
      readonly bootRetry: number | null;
      /** What it waits for, in words; null: it does not. */
      readonly waiting: string | null;
    };

/** Counts what went wrong with one guest lately, and decides by that whether it is started again. */
export class Restarts {
  readonly #backOff = new BackOff();
  #retriesInARow = 0;

  /** A person started it: what was before does not count any more. */
  reset(): void {
    this.#backOff.reset();
    this.#retriesInARow = 0;
  }

  /** It has booted, so the next boot that fails is the first one. */
  booted(): void {
    this.#retriesInARow = 0;
  }

  /** Counts this ending, and says what follows from it. */
  after(ending: Ending, asked: AskedOf | null, policy: "never" | "on-crash" | "always"): Aftermath {
    const next = whatNext(ending, asked, policy, BOOT_RETRIES - this.#retriesInARow);
    switch (next) {
      case "stay-off":
      case "stay-crashed":
        return { next };
      case "start-now":
        return { next: "start", delayMs: 0, bootRetry: null, waiting: null };
      case "retry-boot":
        this.#retriesInARow += 1;
        return { next: "start", delayMs: 0, bootRetry: this.#retriesInARow, waiting: null };
      case "start-after-back-off": {
        const wait = this.#backOff.next(Date.now());
        if (wait === null) return { next: "stay-crashed" };
        const { delayMs, attempt, of } = wait;
        const waiting = `Crashed. Starting again in ${delayMs / 1000} s, try ${attempt} of ${of}.`;
        return { next: "start", delayMs, bootRetry: null, waiting };
      }
    }
  }
}
