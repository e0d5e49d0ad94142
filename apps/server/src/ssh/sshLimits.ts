/** What the door lets in. */
export interface SshLimits {
  /** Connections at once, in all and from one address or network. */
  readonly connections: number;
  readonly connectionsOfNetwork: number;
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
  connections: 200,
  connectionsOfNetwork: 30,
  newPerMinute: 120,
  sessions: 10,
  loginMs: 60_000,
  idleMs: 12 * 3_600_000,
};
