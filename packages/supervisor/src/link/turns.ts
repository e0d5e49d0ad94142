import { CorralError } from "@corral/contracts";

/** So many may be in at a time; a bounded number of others wait, in order. */
export class Turns {
  readonly #places: number;
  readonly #waitingMaximum: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(places: number, waitingMaximum: number) {
    this.#places = places;
    this.#waitingMaximum = waitingMaximum;
  }

  /** Resolves with what gives the place back. Rejects with too_many_requests, and guest_silent when the signal comes. */
  async enter(signal: AbortSignal): Promise<() => void> {
    if (this.#inside >= this.#places) {
      if (this.#waiting.length >= this.#waitingMaximum) {
        throw new CorralError("too_many_requests", "Too many commands wait for this guest. Try again in a moment.");
      }
      await this.#wait(signal);
    } else {
      this.#inside += 1;
    }
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#waiting.shift();
      // The place goes straight to the next.
      if (next === undefined) this.#inside -= 1;
      else next();
    };
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(new CorralError("guest_silent", "The guest was busy with other commands all the time given."));
      };
      this.#waiting.push(enter);
      if (signal.aborted) giveUp();
      else signal.addEventListener("abort", giveUp, { once: true });
    });
  }
}
