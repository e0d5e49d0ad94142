import { CorralError, type User } from "@corral/contracts";
import type { Store } from "@corral/store";
import type { Origins } from "../origins.ts";
import { hashPassword } from "./password.ts";
import { hashSecret, newSecret } from "./secret.ts";

/** Long enough to find the browser, short enough that a link in an old scrollback is worth nothing. */
const LINK_LIFETIME_MS = 30 * 60_000;

/** One-time links. The secret stands in the fragment, which browsers send to no server and write into no log. */
export class LoginLinks {
  readonly #store: Store;
  readonly #origins: Origins;

  constructor(store: Store, origins: Origins) {
    this.#store = store;
    this.#origins = origins;
  }

  /** A link for this admin; or, for nobody, one that makes the first admin. */
  create(admin: Pick<User, "id"> | null): { url: string; expiresAt: string } {
    const secret = newSecret();
    const expiresAt = new Date(Date.now() + LINK_LIFETIME_MS).toISOString();
    this.#store.loginLinks.insert({ hash: hashSecret(secret), userId: admin?.id ?? null, expiresAt });
    return { url: `${this.#origins.first}/link#${secret}`, expiresAt };
  }

  /** Takes a link and says who is logged in by it. Throws `link_used`, `invalid_request`, `name_taken`. */
  async redeem(request: {
    secret: string;
    name?: string | undefined;
    password?: string | undefined;
  }): Promise<{ user: User; created: boolean }> {
    const hash = hashSecret(request.secret);
    const link = this.#store.loginLinks.findUsable(hash);
    if (link === null) throw linkUsed();
    if (link.userId !== null) return { user: this.#existing(hash, link.userId), created: false };
    if (this.#store.users.firstAdmin() !== null) throw linkUsed();

    const { name, password } = request;
    if (name === undefined || password === undefined) {
      const missing = { name, password };
      const fields = Object.keys(missing).filter((field) => missing[field as keyof typeof missing] === undefined);
      throw new CorralError(
        "invalid_request",
        "This link makes the first admin: choose a name and a password.",
        fields.map((field) => ({ field, message: "is needed to make the first admin" })),
      );
    }
    const passwordHash = await hashPassword(password);
    const user = this.#store.transaction(() => {
      if (!this.#store.loginLinks.use(hash) || this.#store.users.firstAdmin() !== null) throw linkUsed();
      return this.#store.users.insert({ name, role: "admin", passwordHash });
    });
    return { user, created: true };
  }

  #existing(hash: string, userId: string): User {
    const user = this.#store.users.find(userId);
    if (user === null || !this.#store.loginLinks.use(hash)) throw linkUsed();
    return user;
  }
}

const linkUsed = (): CorralError =>
  new CorralError(
    "link_used",
    "This link was used already or has expired. On the server's machine, npm run corral -- admin-link makes a new one.",
  );
