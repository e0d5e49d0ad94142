import { CorralError } from "@corral/contracts";
import { and, count, desc, eq, lt } from "drizzle-orm";
import { guarded } from "./constraints.ts";
import type { Database } from "./database.ts";
import { newId } from "./newId.ts";
import { passkeys } from "./schema.ts";

export type PasskeyRow = typeof passkeys.$inferSelect;

export class Passkeys {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Throws `name_taken` when it is here already, whosever it is. */
  insert(passkey: Omit<PasskeyRow, "id" | "createdAt" | "lastUsedAt">): PasskeyRow {
    const row = { id: newId(), createdAt: new Date().toISOString(), lastUsedAt: null, ...passkey };
    guarded(() => this.#db.insert(passkeys).values(row).run(), {
      unique: () => new CorralError("name_taken", "This passkey is here already."),
    });
    return row;
  }

  find(credentialId: string): PasskeyRow | null {
    return this.#db.select().from(passkeys).where(eq(passkeys.credentialId, credentialId)).get() ?? null;
  }

  /** Newest first. */
  listOf(userId: string): PasskeyRow[] {
    return this.#db.select().from(passkeys).where(eq(passkeys.userId, userId)).orderBy(desc(passkeys.createdAt)).all();
  }

  countOf(userId: string): number {
    const query = this.#db.select({ count: count() }).from(passkeys).where(eq(passkeys.userId, userId));
    return query.get()?.count ?? 0;
  }

  /**
   * Notes a use. False: the authenticator has counted no further than it had, so that one of the two that say they are it
   * is a copy. One that does not count says 0 every time.
   */
  use(id: string, counter: number): boolean {
    const known = and(eq(passkeys.id, id), counter === 0 ? eq(passkeys.counter, 0) : lt(passkeys.counter, counter));
    const lastUsedAt = new Date().toISOString();
    return this.#db.update(passkeys).set({ counter, lastUsedAt }).where(known).run().changes === 1;
  }

  /** The passkey that was deleted; null: this user had no such one. */
  delete(id: string, userId: string): PasskeyRow | null {
    const own = and(eq(passkeys.id, id), eq(passkeys.userId, userId));
    return this.#db.delete(passkeys).where(own).returning().get() ?? null;
  }

  deleteOf(userId: string): void {
    this.#db.delete(passkeys).where(eq(passkeys.userId, userId)).run();
  }
}
