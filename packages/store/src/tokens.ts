import type { User } from "@corral/contracts";
import { and, desc, eq, gt, isNull, or } from "drizzle-orm";
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

  insert(token: Pick<TokenRow, "userId" | "label" | "hash" | "scope" | "guestIds" | "expiresAt">): TokenRow {
    const row = { id: newId(), createdAt: new Date().toISOString(), lastUsedAt: null, ...token };
    this.#db.insert(tokens).values(row).run();
    return row;
  }

  /** Null also for a token that has expired, or whose user is disabled. */
  findLive(id: string): { token: TokenRow; user: User } | null {
    const hasTime = or(isNull(tokens.expiresAt), gt(tokens.expiresAt, new Date().toISOString()));
    const query = this.#db.select({ token: tokens, user: userColumns }).from(tokens);
    const found = query
      .innerJoin(users, eq(users.id, tokens.userId))
      .where(and(eq(tokens.id, id), hasTime, isNull(users.disabledAt)));
    return found.get() ?? null;
  }

  /** Also one that is good no more; null: there is none, or it was deleted. */
  find(id: string): TokenRow | null {
    return this.#db.select().from(tokens).where(eq(tokens.id, id)).get() ?? null;
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
