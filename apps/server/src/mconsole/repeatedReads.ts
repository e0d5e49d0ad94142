/** A page that looks again every two seconds is one use, not thirty a minute. */
const SAME_USE_MS = 5 * 60_000;
/** Uses remembered; beyond it the oldest is forgotten, and told again. */
const USES_MAXIMUM = 2_000;

/** Whether a read is a new use, or one more look of a person at what they looked at a moment ago. */
export class RepeatedReads {
  readonly #seen = new Map<string, number>();

  isNew(use: string, now = Date.now()): boolean {
    const last = this.#seen.get(use);
    if (last !== undefined && now - last < SAME_USE_MS) return false;
    this.#seen.delete(use);
    this.#seen.set(use, now);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > USES_MAXIMUM && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }
}
