import { and, desc, eq, gt, lte } from "drizzle-orm";
import type { Database } from "./database.ts";
import { newId } from "./newId.ts";
import { watchLinks } from "./schema.ts";

export type WatchLinkRow = typeof watchLinks.$inferSelect;

export class WatchLinks {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  insert(link: Omit<WatchLinkRow, "id" | "createdAt">): WatchLinkRow {
    const row = { id: newId(), createdAt: new Date().toISOString(), ...link };
    this.#db.insert(watchLinks).values(row).run();
    return row;
  }

  /** Newest first, without those that have expired. */
  listOf(guestId: string): WatchLinkRow[] {
    const live = and(eq(watchLinks.guestId, guestId), gt(watchLinks.expiresAt, now()));
    return this.#db.select().from(watchLinks).where(live).orderBy(desc(watchLinks.createdAt)).all();
  }

  /** Null for one that has expired, too. */
  find(id: string): WatchLinkRow | null {
    const live = and(eq(watchLinks.id, id), gt(watchLinks.expiresAt, now()));
    return this.#db.select().from(watchLinks).where(live).get() ?? null;
  }

  findByHash(hash: string): WatchLinkRow | null {
    const live = and(eq(watchLinks.hash, hash), gt(watchLinks.expiresAt, now()));
    return this.#db.select().from(watchLinks).where(live).get() ?? null;
  }

  /** The link, if this guest had it. */
  delete(id: string, guestId: string): WatchLinkRow | null {
    const own = and(eq(watchLinks.id, id), eq(watchLinks.guestId, guestId));
    return this.#db.delete(watchLinks).where(own).returning().get() ?? null;
  }

  /** Takes out those that have expired, and says which. */
  deleteExpired(): WatchLinkRow[] {
    return this.#db.delete(watchLinks).where(lte(watchLinks.expiresAt, now())).returning().all();
  }
}

const now = (): string => new Date().toISOString();
