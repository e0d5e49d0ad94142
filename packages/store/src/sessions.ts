import type { User } from "@corral/contracts";
import { and, desc, eq, gt, lte, notInArray, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { newId } from "./newId.ts";
import { sessions, users } from "./schema.ts";
import { userColumns } from "./users.ts";

export type SessionRow = typeof sessions.$inferSelect;

/** More logins than one person has browsers; beyond it the oldest is forgotten. */
const SESSIONS_PER_USER_MAXIMUM = 50;

export class Sessions {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  insert(session: { hash: string; userId: string; address: string; expiresAt: string }): SessionRow {
    const now = new Date().toISOString();
    const row = { id: newId(), createdAt: now, lastSeenAt: now, ...session };
    this.#db.transaction((tx) => {
      tx.delete(sessions).where(lte(sessions.expiresAt, now)).run();
      tx.insert(sessions).values(row).run();
      const theirs = eq(sessions.userId, session.userId);
      const newest = tx
        .select({ id: sessions.id })
        .from(sessions)
        .where(theirs)
        .orderBy(desc(sessions.createdAt), desc(sql`rowid`))
        .limit(SESSIONS_PER_USER_MAXIMUM);
      tx.delete(sessions)
        .where(and(theirs, notInArray(sessions.id, newest)))
        .run();
    });
    return row;
  }

  /** The session with this hash and whose it is, unless it has expired. */
  findLive(hash: string): { session: SessionRow; user: User } | null {
    return this.#live(eq(sessions.hash, hash));
  }

  isLive(id: string): boolean {
    return this.#live(eq(sessions.id, id)) !== null;
  }

  touch(id: string, lastSeenAt: string): void {
    this.#db.update(sessions).set({ lastSeenAt }).where(eq(sessions.id, id)).run();
  }

  delete(id: string): void {
    this.#db.delete(sessions).where(eq(sessions.id, id)).run();
  }

  #live(which: SQL) {
    const found = this.#db
      .select({ session: sessions, user: userColumns })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(and(which, gt(sessions.expiresAt, new Date().toISOString())))
      .get();
    return found ?? null;
  }
}
