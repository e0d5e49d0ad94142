import type { User } from "@corral/contracts";
import { ifWritable, type Store } from "@corral/store";
import { hashSecret, newSecret } from "./secret.ts";

/** How long a login lasts. */
export const SESSION_LIFETIME_MS = 14 * 24 * 3_600_000;
/** "Last seen" is worth a write to the disk this often. */
const SEEN_EVERY_MS = 60_000;

/** Logins of browsers. */
export class Sessions {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Opens a session; its secret goes into the cookie and is stored nowhere. */
  open(user: Pick<User, "id">, address: string): { id: string; secret: string } {
    const secret = newSecret();
    const expiresAt = new Date(Date.now() + SESSION_LIFETIME_MS).toISOString();
    const { id } = this.#store.sessions.insert({ hash: hashSecret(secret), userId: user.id, address, expiresAt });
    return { id, secret };
  }

  identify(secret: string): { id: string; user: User } | null {
    const found = this.#store.sessions.findLive(hashSecret(secret));
    if (found === null) return null;
    const now = Date.now();
    if (now - Date.parse(found.session.lastSeenAt) >= SEEN_EVERY_MS) {
      ifWritable(() => this.#store.sessions.touch(found.session.id, new Date(now).toISOString()));
    }
    return { id: found.session.id, user: found.user };
  }

  close(id: string): void {
    this.#store.sessions.delete(id);
  }
}
