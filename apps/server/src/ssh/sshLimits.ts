import type { GateLimits } from "../connections/connectionGate.ts";

/** What the door lets in: connections at once, and more. */
export interface SshLimits extends GateLimits {
  /** New connections of one address or network in a minute: a script in a loop stays below. */
  readonly newPerMinute: number;
  /** Sessions of one connection at once. */
  readonly sessions: number;
  /** Milliseconds until a login must be done. */
  readonly loginMs: number;
  /** Milliseconds after which a connection on which nobody types is ended. */
  readonly idleMs: number;
}

export const SSH_LIMITS: SshLimits = {
  known: 200,
  knownOfPerson: 30,
  // As OpenSSH's MaxStartups, 100, which ends some at random; a script that opens many at once stays below the other.
  strangers: 100,
  strangersOfNetwork: 20,
  // A login takes some round trips, and whoever came last of a crowd is most likely of it.
  graceMs: 2_000,
  newPerMinute: 120,
  sessions: 10,
  loginMs: 60_000,
  idleMs: 12 * 3_600_000,
};
