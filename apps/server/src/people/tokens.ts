import type { User } from "@corral/contracts";
import { ifWritable, type Store, type TokenRow } from "@corral/store";
import type { TokenLimits } from "./caller.ts";
import { hashSecret, newSecret, sameHash } from "./secret.ts";

/** "Last used" is worth a write to the disk this often. */
const USED_EVERY_MS = 60_000;

const FORM = /^corral_([a-z0-9]{16})_([A-Za-z0-9_-]{43})$/;

/** API tokens: corral_<id>_<secret>, of which only the secret's hash is kept. */
export class Tokens {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  create(
    user: Pick<User, "id">,
    label: string,
    wish: Pick<TokenRow, "scope" | "guestIds" | "expiresAt"> = { scope: "full", guestIds: null, expiresAt: null },
  ): { row: TokenRow; secret: string } {
    const secret = newSecret();
    const row = this.#store.tokens.insert({ ...wish, label, userId: user.id, hash: hashSecret(secret) });
    return { row, secret: `corral_${row.id}_${secret}` };
  }

  /** Why this one, which nobody is identified by, is good no more: told to whoever has all of it. */
  whyRefused(text: string): string {
    const [, id = "", secret = ""] = FORM.exec(text) ?? [];
    const token = this.#store.tokens.find(id);
    if (token === null || !sameHash(token.hash, hashSecret(secret))) {
      return "This API token is unknown here: it was deleted, is another server's, or is not whole. Make a new one (corral token create).";
    }
    if (token.expiresAt !== null && Date.parse(token.expiresAt) <= Date.now()) {
      return `Your API token ${token.label} expired on ${token.expiresAt}. Make a new one (corral token create).`;
    }
    return `The account of your API token ${token.label} is disabled. Ask an admin.`;
  }

  identify(text: string): { id: string; user: User; limits: TokenLimits } | null {
    const [, id = "", secret = ""] = FORM.exec(text) ?? [];
    const found = this.#store.tokens.findLive(id);
    if (found === null || !sameHash(found.token.hash, hashSecret(secret))) return null;
    const now = Date.now();
    if (found.token.lastUsedAt === null || now - Date.parse(found.token.lastUsedAt) >= USED_EVERY_MS) {
      ifWritable(() => this.#store.tokens.touch(id, new Date(now).toISOString()));
    }
    const { scope, guestIds } = found.token;
    return { id, user: found.user, limits: { scope, guestIds } };
  }
}
