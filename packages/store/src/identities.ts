import type { User } from "@corral/contracts";
import { and, eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { identities, users } from "./schema.ts";
import { userColumns } from "./users.ts";

/** Whom a provider of logins means: its own address, and what it calls them, which it never gives to another. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

/** Accounts whose users log in elsewhere. */
export class Identities {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  insert(identity: Identity, userId: string): void {
    const { issuer, subject } = identity;
    this.#db.insert(identities).values({ issuer, subject, userId }).run();
  }

  find({ issuer, subject }: Identity): User | null {
    const query = this.#db
      .select(userColumns)
      .from(identities)
      .innerJoin(users, eq(users.id, identities.userId))
      .where(and(eq(identities.issuer, issuer), eq(identities.subject, subject)));
    return query.get() ?? null;
  }
}
