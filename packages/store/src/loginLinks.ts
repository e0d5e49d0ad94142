import type { LinkKind, Role } from "@corral/contracts";
import { and, desc, eq, gt, isNull, lte } from "drizzle-orm";
import type { Database } from "./database.ts";
import { newId } from "./newId.ts";
import { loginLinks } from "./schema.ts";

export type LoginLinkRow = typeof loginLinks.$inferSelect;

interface NewLoginLink {
  readonly hash: string;
  readonly kind: LinkKind;
  readonly expiresAt: string;
  readonly userId?: string;
  readonly role?: Role;
  readonly createdBy?: string;
}

export class LoginLinks {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * A new link makes those before it, of its kind and for the same person, useless: only the one that was printed last
   * works. Invitations are for people who are not known yet, so that there may be many.
   */
  insert({ userId, role, createdBy, ...link }: NewLoginLink): LoginLinkRow {
    const now = new Date().toISOString();
    const row = {
      id: newId(),
      ...link,
      userId: userId ?? null,
      role: role ?? null,
      createdBy: createdBy ?? null,
      createdAt: now,
      usedAt: null,
    };
    this.#db.transaction((tx) => {
      tx.delete(loginLinks).where(lte(loginLinks.expiresAt, now)).run();
      if (link.kind !== "invite") {
        const samePerson = row.userId === null ? isNull(loginLinks.userId) : eq(loginLinks.userId, row.userId);
        tx.delete(loginLinks)
          .where(and(eq(loginLinks.kind, link.kind), samePerson))
          .run();
      }
      tx.insert(loginLinks).values(row).run();
    });
    return row;
  }

  findUsable(hash: string): LoginLinkRow | null {
    return this.#db.select().from(loginLinks).where(usable(hash)).get() ?? null;
  }

  /** Invitations that are still good, newest first. */
  invites(): LoginLinkRow[] {
    const which = and(usable(), eq(loginLinks.kind, "invite"));
    return this.#db.select().from(loginLinks).where(which).orderBy(desc(loginLinks.createdAt)).all();
  }

  /** Whether there was such an invitation. */
  deleteInvite(id: string): boolean {
    const which = and(eq(loginLinks.id, id), eq(loginLinks.kind, "invite"), isNull(loginLinks.usedAt));
    return this.#db.delete(loginLinks).where(which).run().changes === 1;
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
