import { CorralError, type Role, type User } from "@corral/contracts";
import { asc, eq, or } from "drizzle-orm";
import { guarded } from "./constraints.ts";
import type { Database } from "./database.ts";
import { newId } from "./newId.ts";
import { users } from "./schema.ts";

/** A user without the hash of their password, which leaves this file only through passwordHash(). */
export const userColumns = { id: users.id, name: users.name, role: users.role, createdAt: users.createdAt };

export class Users {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Throws `name_taken`. */
  insert(user: { name: string; role: Role; passwordHash: string }): User {
    const row = { id: newId(), createdAt: new Date().toISOString(), ...user };
    guarded(() => this.#db.insert(users).values(row).run(), {
      unique: () => new CorralError("name_taken", `There is a user named ${user.name} already. Choose another name.`),
    });
    return { id: row.id, name: row.name, role: row.role, createdAt: row.createdAt };
  }

  find(idOrName: string): User | null {
    const found = this.#db
      .select(userColumns)
      .from(users)
      .where(or(eq(users.id, idOrName), eq(users.name, idOrName)))
      .all();
    return found.find(({ id }) => id === idOrName) ?? found[0] ?? null;
  }

  list(): User[] {
    return this.#db.select(userColumns).from(users).orderBy(asc(users.name)).all();
  }

  /** The admin who has been here longest. */
  firstAdmin(): User | null {
    const query = this.#db.select(userColumns).from(users).where(eq(users.role, "admin")).orderBy(asc(users.createdAt));
    return query.limit(1).get() ?? null;
  }

  passwordHash(name: string): string | null {
    const query = this.#db.select({ hash: users.passwordHash }).from(users).where(eq(users.name, name));
    return query.get()?.hash ?? null;
  }
}
