import type { User } from "@corral/contracts";
import type { Store } from "@corral/store";
import type { Caller } from "../people/caller.ts";
import { newSecret } from "../people/secret.ts";

/** The scheme under which this server's own ssh door sends requests, with secrets that never leave the process. */
export const SSH_SCHEME = "Corral-SSH";

/** Who came through the ssh door. */
export interface SshLogin {
  readonly userId: string;
  /** Id of the ssh key; null: they came with a password. */
  readonly keyId: string | null;
  readonly from: string;
}

/**
 * Connections that are logged in by ssh. What they do goes through the API like everybody else's requests, with a secret
 * that never leaves this process; so rights, limits and the audit are the same, and are looked up anew each time.
 */
export class SshLogins {
  readonly #store: Store;
  readonly #logins = new Map<string, SshLogin>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The secret that stands for this connection until `close`. */
  open(login: SshLogin): string {
    const secret = newSecret();
    this.#logins.set(secret, login);
    return secret;
  }

  close(secret: string): void {
    this.#logins.delete(secret);
  }

  /** Null for a secret that is none, and for somebody who may not log in any more or whose key was deleted. */
  identify(secret: string): Caller | null {
    const login = this.#logins.get(secret);
    const user = login === undefined ? null : this.#userOf(login);
    if (login === undefined || user === null) return null;
    return { user, by: "ssh", actor: user.name, credential: secret, from: login.from };
  }

  #userOf({ userId, keyId }: SshLogin): User | null {
    const user = this.#store.users.find(userId);
    const keeps = keyId === null || this.#store.sshKeys.listOf(userId).some(({ id }) => id === keyId);
    return user !== null && user.id === userId && user.disabledAt === null && keeps ? user : null;
  }
}
