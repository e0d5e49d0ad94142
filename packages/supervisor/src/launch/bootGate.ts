import { availableParallelism } from "node:os";

/**
 * Lets only so many guests boot at a time: a boot is bound by the CPU, and twenty at once on two cores all take twenty
 * times as long, while time-outs run.
 */
export class BootGate {
  readonly #slots: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(slots: number = availableParallelism() * 2) {
    this.#slots = slots;
  }

  /** Whether the next one must wait. */
  get isFull(): boolean {
    return this.#taken >= this.#slots;
  }

  /** Resolves with a function that gives the place back (once; more calls do nothing). */
  async enter(signal: AbortSignal): Promise<() => void> {
    if (this.isFull) {
      await new Promise<void>((resolve, reject) => {
        const admit = () => {
          signal.removeEventListener("abort", giveUp);
          resolve();
        };
        const giveUp = () => {
          this.#waiting.splice(this.#waiting.indexOf(admit), 1);
          reject(signal.reason);
        };
        this.#waiting.push(admit);
        signal.addEventListener("abort", giveUp, { once: true });
      });
    } else {
      this.#taken += 1;
    }
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#waiting.shift();
      if (next === undefined) this.#taken -= 1;
      else next();
    };
  }
}
