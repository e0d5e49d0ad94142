import type { User } from "@corral/contracts";
import { and, desc, eq, gt, isNull, lte, ne, notInArray, type SQL, sql } from "drizzle-orm";
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

  /** The same by id. */
  findLiveById(id: string): { session: SessionRow; user: User } | null {
    return this.#live(eq(sessions.id, id));
  }

  /** A user's live sessions, those seen last first. */
  listOf(userId: string): SessionRow[] {
    const live = and(eq(sessions.userId, userId), gt(sessions.expiresAt, new Date().toISOString()));
    return this.#db.select().from(sessions).where(live).orderBy(desc(sessions.lastSeenAt)).all();
  }

  touch(id: string, lastSeenAt: string): void {
    this.#db.update(sessions).set({ lastSeenAt }).where(eq(sessions.id, id)).run();
  }

  delete(id: string): void {
    this.#db.delete(sessions).where(eq(sessions.id, id)).run();
  }

  /** All of a user's, but one if one is named. */
  deleteOf(userId: string, exceptId?: string): void {
    const others = exceptId === undefined ? undefined : ne(sessions.id, exceptId);
    this.#db
      .delete(sessions)
      .where(and(eq(sessions.userId, userId), others))
      .run();
  }

  #live(which: SQL) {
    const found = this.#db
      .select({ session: sessions, user: userColumns })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(and(which, gt(sessions.expiresAt, new Date().toISOString()), isNull(users.disabledAt)))
      .get();
    return found ?? null;
  }
}
