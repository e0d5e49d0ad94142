import { and, eq, gt, isNull } from "drizzle-orm";
import type { Database } from "./database.ts";
import { loginLinks } from "./schema.ts";

export type LoginLinkRow = typeof loginLinks.$inferSelect;

export class LoginLinks {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** A new link makes those before it, for the same person, useless: only the one that was printed last works. */
  insert(link: { hash: string; userId: string | null; expiresAt: string }): void {
    const row = { ...link, createdAt: new Date().toISOString(), usedAt: null };
    this.#db.transaction((tx) => {
      const samePerson = link.userId === null ? isNull(loginLinks.userId) : eq(loginLinks.userId, link.userId);
      tx.delete(loginLinks).where(samePerson).run();
      tx.insert(loginLinks).values(row).run();
    });
  }

  findUsable(hash: string): LoginLinkRow | null {
    return this.#db.select().from(loginLinks).where(usable(hash)).get() ?? null;
  }

  hasUsable(): boolean {
    return this.#db.select({ hash: loginLinks.hash }).from(loginLinks).where(usable()).limit(1).get() !== undefined;
  }

  /** Takes the link: true for exactly one caller, once. */
  use(hash: string): boolean {
    const usedAt = new Date().toISOString();
    return this.#db.update(loginLinks).set({ usedAt }).where(usable(hash)).run().changes === 1;
  }
}

const usable = (hash?: string) =>
  and(
    hash === undefined ? undefined : eq(loginLinks.hash, hash),
    isNull(loginLinks.usedAt),
    gt(loginLinks.expiresAt, new Date().toISOString()),
  );
