/** More crashes than this within the window, and the guest is left crashed for a person to look at. */
const TRIES = 5;
const WINDOW_MS = 10 * 60 * 1000;
const FIRST_DELAY_MS = 1_000;

/** When a crashed guest may be started again: after 1, 2, 4, 8, 16 seconds, five times in ten minutes. */
export class BackOff {
  #crashes: number[] = [];

  /** Records a crash now. The milliseconds to wait before the next start, or null when it has crashed too often. */
  next(now: number): { readonly delayMs: number; readonly attempt: number; readonly of: number } | null {
    this.#crashes = [...this.#crashes.filter((at) => now - at < WINDOW_MS), now];
    const attempt = this.#crashes.length;
    return attempt > TRIES ? null : { delayMs: FIRST_DELAY_MS * 2 ** (attempt - 1), attempt, of: TRIES };
  }

  /** A person started it: what was before does not count any more. */
  reset(): void {
    this.#crashes = [];
  }
}
