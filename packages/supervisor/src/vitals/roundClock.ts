/**
 * Steps are not shorter than this. With many members each step takes several, which then find the code in the
 * processor's caches: that halves what they cost, and more on a host whose processors lose their caches while they idle.
 */
const STEP_MINIMUM_MS = 1000;

/**
 * Goes round a list, one after the other, so that each member has its turn once in `everyMs` and no two at once: the hand
 * of one clock for all, instead of a burst.
 */
export class RoundClock<T> {
  readonly #everyMs: number;
  readonly #members: () => readonly T[];
  readonly #visit: (member: T) => void;
  #timer: NodeJS.Timeout | null = null;
  #next = 0;
  /** Turns that are due and were not yet a whole one. */
  #due = 0;

  /** `members` is asked anew at each step; `visit` must not throw. */
  constructor(everyMs: number, members: () => readonly T[], visit: (member: T) => void) {
    this.#everyMs = everyMs;
    this.#members = members;
    this.#visit = visit;
  }

  start(): void {
    if (this.#timer === null) this.#wait(this.#members().length);
  }

  /** Idempotent. */
  stop(): void {
    clearTimeout(this.#timer ?? undefined);
    this.#timer = null;
  }

  #wait(count: number): void {
    const ms = Math.min(this.#everyMs, Math.max(STEP_MINIMUM_MS, this.#everyMs / Math.max(1, count)));
    this.#timer = setTimeout(() => this.#step(ms), ms).unref();
  }

  #step(ms: number): void {
    const members = this.#members();
    this.#due = Math.min(members.length, this.#due + (members.length * ms) / this.#everyMs);
    for (; this.#due >= 1; this.#due -= 1) {
      this.#next = (this.#next + 1) % members.length;
      this.#visit(members[this.#next] as T);
    }
    this.#wait(members.length);
  }
}
