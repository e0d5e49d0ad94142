/** Long enough to find a key that lies in a drawer. */
export const CHALLENGE_LIFETIME_MS = 5 * 60_000;
/** Challenges that wait for their answer; beyond it the oldest is worth nothing. */
const WAITING_MAXIMUM = 1_000;

/** What was asked of passkeys and not answered yet. Each is good for one answer, in time. */
export class PasskeyChallenges<About> {
  /** Oldest first. */
  readonly #waiting = new Map<string, { about: About; expires: number }>();

  add(challenge: string, about: About, now = Date.now()): void {
    for (const [oldest, { expires }] of this.#waiting) {
      if (expires > now && this.#waiting.size < WAITING_MAXIMUM) break;
      this.#waiting.delete(oldest);
    }
    this.#waiting.set(challenge, { about, expires: now + CHALLENGE_LIFETIME_MS });
  }

  /** Whatever comes of the answer, there is no second one. Null: it was never asked, was answered, or is too old. */
  take(challenge: string, now = Date.now()): About | null {
    const found = this.#waiting.get(challenge);
    this.#waiting.delete(challenge);
    return found !== undefined && found.expires > now ? found.about : null;
  }
}
