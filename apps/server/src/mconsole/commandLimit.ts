import { CorralError, MCONSOLE_BURST, MCONSOLE_PER_SECOND } from "@corral/contracts";

/** Guests that are counted; beyond it all begin anew, which only ever lets a little more through. */
const GUESTS_MAXIMUM = 10_000;

/** How many commands one guest is sent, whoever asks: MCONSOLE_BURST at once, refilled with MCONSOLE_PER_SECOND. */
export class CommandLimit {
  readonly #left = new Map<string, { tokens: number; at: number }>();

  /** Throws `too_many_requests`. */
  take(guestId: string, commands = 1, now = performance.now()): void {
    const known = this.#left.get(guestId) ?? { tokens: MCONSOLE_BURST, at: now };
    const tokens = Math.min(MCONSOLE_BURST, known.tokens + ((now - known.at) / 1000) * MCONSOLE_PER_SECOND);
    if (tokens < commands) {
      throw new CorralError(
        "too_many_requests",
        `This guest is sent at most ${MCONSOLE_PER_SECOND} commands a second, by all together. Wait a moment, then try again.`,
      );
    }
    if (this.#left.size >= GUESTS_MAXIMUM) this.#left.clear();
    this.#left.set(guestId, { tokens: tokens - commands, at: now });
  }
}
