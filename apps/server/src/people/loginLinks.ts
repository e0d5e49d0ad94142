import { CorralError, type LinkKind, type Role, type User } from "@corral/contracts";
import type { LoginLinkRow, NewEvent, Store } from "@corral/store";
import type { Origins } from "../origins.ts";
import { refuseLookalike } from "./lookalike.ts";
import { hashPassword } from "./password.ts";
import { hashSecret, newSecret } from "./secret.ts";

const HOUR_MS = 3_600_000;
/** Long enough to find the browser, short enough that a link in an old scrollback is worth nothing. */
const LOGIN_LIFETIME_MS = HOUR_MS / 2;
/** It goes to somebody else by mail or by hand, and that takes its time. */
const PASSWORD_LIFETIME_MS = 72 * HOUR_MS;

export interface Link {
  readonly url: string;
  readonly expiresAt: string;
}

interface Redemption {
  readonly secret: string;
  readonly name?: string | undefined;
  readonly password?: string | undefined;
}

interface Redeemed {
  readonly user: User;
  /** What it did beside logging in. */
  readonly what: Pick<NewEvent, "type" | "message"> | null;
}

/** One-time links. The secret stands in the fragment, which browsers send to no server and write into no log. */
export class LoginLinks {
  readonly #store: Store;
  readonly #origins: Origins;

  constructor(store: Store, origins: Origins) {
    this.#store = store;
    this.#origins = origins;
  }

  /** A link that logs this admin in; or, for nobody, one that makes the first admin. */
  createLogin(admin: Pick<User, "id"> | null): Link {
    if (admin === null) return this.#create("first-admin", LOGIN_LIFETIME_MS, {}).link;
    return this.#create("login", LOGIN_LIFETIME_MS, { userId: admin.id }).link;
  }

  /** A link by which a user chooses a new password. */
  createPassword(user: Pick<User, "id">, createdBy: string): Link {
    return this.#create("password", PASSWORD_LIFETIME_MS, { userId: user.id, createdBy }).link;
  }

  /** A link by which somebody makes an account of their own. */
  createInvite(role: Role, days: number, createdBy: string): { link: Link; row: LoginLinkRow } {
    return this.#create("invite", days * 24 * HOUR_MS, { role, createdBy });
  }

  /** What a link is for. Throws `link_used`. */
  look(secret: string): { kind: LinkKind; user: string | null; role: Role | null } {
    const { kind, userId, role } = this.#usable(secret);
    const user = userId === null ? null : (this.#store.users.find(userId)?.name ?? null);
    return { kind, user, role };
  }

  /** Takes a link and says who is logged in by it. Throws `link_used`, `invalid_request`, `name_taken`. */
  async redeem({ secret, name, password }: Redemption): Promise<Redeemed> {
    const link = this.#usable(secret);
    switch (link.kind) {
      case "login":
        return { user: this.#take(link), what: null };
      case "password":
        return this.#choosePassword(link, needed({ password }).password);
      case "invite":
        return this.#newUser(link, link.role ?? "user", needed({ name, password }));
      case "first-admin":
        return this.#newUser(link, "admin", needed({ name, password }));
    }
  }

  async #newUser(link: LoginLinkRow, role: Role, account: { name: string; password: string }): Promise<Redeemed> {
    const passwordHash = await hashPassword(account.password);
    const user = this.#store.transaction(() => {
      const { users, loginLinks } = this.#store;
      if (!loginLinks.use(link.hash) || (link.kind === "first-admin" && users.firstAdmin() !== null)) throw linkUsed();
      refuseLookalike(account.name, users.list());
      return users.insert({ name: account.name, role, passwordHash });
    });
    const how = link.kind === "invite" ? `took up the invitation of ${link.createdBy}` : "became the first admin";
    return { user, what: { type: "user.created", message: `${user.name} ${how}` } };
  }

  async #choosePassword(link: LoginLinkRow, password: string): Promise<Redeemed> {
    const passwordHash = await hashPassword(password);
    const user = this.#store.transaction(() => {
      const taken = this.#take(link);
      this.#store.users.setPasswordHash(taken.id, passwordHash);
      // Whoever knew the old one may be logged in with it.
      this.#store.sessions.deleteOf(taken.id);
      return taken;
    });
    return { user, what: { type: "user.password-changed", message: `${user.name} chose a new password by a link` } };
  }

  #take(link: LoginLinkRow): User {
    const user = link.userId === null ? null : this.#store.users.find(link.userId);
    if (user === null || user.disabledAt !== null || !this.#store.loginLinks.use(link.hash)) throw linkUsed();
    return user;
  }

  #usable(secret: string): LoginLinkRow {
    const link = this.#store.loginLinks.findUsable(hashSecret(secret));
    if (link === null || (link.kind === "first-admin" && this.#store.users.firstAdmin() !== null)) throw linkUsed();
    return link;
  }

  #create(
    kind: LinkKind,
    lifetimeMs: number,
    about: Pick<Parameters<Store["loginLinks"]["insert"]>[0], "userId" | "role" | "createdBy">,
  ) {
    const secret = newSecret();
    const expiresAt = new Date(Date.now() + lifetimeMs).toISOString();
    const row = this.#store.loginLinks.insert({ ...about, kind, hash: hashSecret(secret), expiresAt });
    return { link: { url: `${this.#origins.first}/link#${secret}`, expiresAt }, row };
  }
}

/** What this link cannot do without. */
const needed = <T extends Record<string, string | undefined>>(given: T): { [K in keyof T]: string } => {
  const missing = Object.keys(given).filter((field) => given[field] === undefined);
  if (missing.length > 0) {
    throw new CorralError(
      "invalid_request",
      `With this link you choose a ${missing.join(" and a ")}.`,
      missing.map((field) => ({ field, message: "is needed with this link" })),
    );
  }
  return given as { [K in keyof T]: string };
};

const linkUsed = (): CorralError =>
  new CorralError(
    "link_used",
    "This link was used already or has expired. Ask an admin for another; on the server's machine, " +
      "npm run corral -- admin-link makes one for an admin.",
  );
