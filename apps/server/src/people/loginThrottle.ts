import { CorralError } from "@corral/contracts";

/** Wrong passwords that cost nothing: people mistype. */
const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 1_000;
/** The wait for one address grows up to this. */
const ADDRESS_WAIT_MAXIMUM_MS = 15 * 60_000;
/** For one account it stays short, or strangers could lock its owner out. */
const ACCOUNT_WAIT_MAXIMUM_MS = 30_000;
/** After so long without a failure all is forgotten. */
const FORGET_AFTER_MS = 60 * 60_000;
/** Addresses and accounts remembered; beyond it the oldest is forgotten. */
const REMEMBERED_MAXIMUM = 10_000;

/** Slows the guessing of passwords, for each account and for each address. */
export class LoginThrottle {
  readonly #accounts = new Failures(ACCOUNT_WAIT_MAXIMUM_MS);
  readonly #addresses = new Failures(ADDRESS_WAIT_MAXIMUM_MS);

  /**
   * Called before a password is looked at, and counts as a failure until `succeeded`, so that a hundred attempts at
   * once are a hundred. Throws `too_many_requests`.
   */
  attempt(account: string, address: string, now = Date.now()): void {
    const waitMs = Math.max(this.#accounts.waitMs(account, now), this.#addresses.waitMs(address, now));
    if (waitMs > 0) {
      throw new CorralError(
        "too_many_requests",
        `Too many wrong passwords. Wait ${Math.ceil(waitMs / 1000)} s, then try again.`,
      );
    }
    this.#accounts.count(account, now);
    this.#addresses.count(address, now);
  }

  succeeded(account: string, address: string): void {
    this.#accounts.forget(account);
    this.#addresses.forget(address);
  }
}

class Failures {
  readonly #maximumMs: number;
  readonly #by = new Map<string, { count: number; at: number }>();

  constructor(maximumMs: number) {
    this.#maximumMs = maximumMs;
  }

  waitMs(key: string, now: number): number {
    const failures = this.#by.get(key);
    if (failures === undefined || failures.count < FREE_FAILURES) return 0;
    const wait = Math.min(this.#maximumMs, FIRST_WAIT_MS * 2 ** (failures.count - FREE_FAILURES));
    return Math.max(0, failures.at + wait - now);
  }

  count(key: string, now: number): void {
    const before = this.#by.get(key);
    const count = before !== undefined && now - before.at < FORGET_AFTER_MS ? before.count + 1 : 1;
    // Set anew, so that the map stays in the order of the last failure.
    this.#by.delete(key);
    this.#by.set(key, { count, at: now });
    for (const oldest of this.#by.keys()) {
      if (this.#by.size <= REMEMBERED_MAXIMUM) break;
      this.#by.delete(oldest);
    }
  }

  forget(key: string): void {
    this.#by.delete(key);
  }
}
