import type { User } from "@corral/contracts";
import { and, desc, eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { newId } from "./newId.ts";
import { tokens, users } from "./schema.ts";
import { userColumns } from "./users.ts";

export type TokenRow = typeof tokens.$inferSelect;

export class Tokens {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  insert(token: { userId: string; label: string; hash: string }): TokenRow {
    const row = { id: newId(), createdAt: new Date().toISOString(), lastUsedAt: null, ...token };
    this.#db.insert(tokens).values(row).run();
    return row;
  }

  find(id: string): { token: TokenRow; user: User } | null {
    const query = this.#db.select({ token: tokens, user: userColumns }).from(tokens);
    return query.innerJoin(users, eq(users.id, tokens.userId)).where(eq(tokens.id, id)).get() ?? null;
  }

  /** Newest first. */
  listOf(userId: string): TokenRow[] {
    return this.#db.select().from(tokens).where(eq(tokens.userId, userId)).orderBy(desc(tokens.createdAt)).all();
  }

  touch(id: string, lastUsedAt: string): void {
    this.#db.update(tokens).set({ lastUsedAt }).where(eq(tokens.id, id)).run();
  }

  /** Whether this user had such a token. */
  delete(id: string, userId: string): boolean {
    const own = and(eq(tokens.id, id), eq(tokens.userId, userId));
    return this.#db.delete(tokens).where(own).run().changes === 1;
  }
}
