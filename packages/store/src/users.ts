import { CorralError, type Person, type Quota, type Role, type User } from "@corral/contracts";
import { and, asc, eq, gt, isNull, ne, or, sql } from "drizzle-orm";
import { guarded } from "./constraints.ts";
import type { Database } from "./database.ts";
import { refuseIdLike } from "./names.ts";
import { newId } from "./newId.ts";
import { groupMembers, groups, guests, passkeys, sessions, users } from "./schema.ts";
import type { StoredTotp } from "./storedTotp.ts";

/** A user without the hash of their password, which leaves this file only through passwordHash(). */
export const userColumns = {
  id: users.id,
  name: users.name,
  role: users.role,
  disabledAt: users.disabledAt,
  createdAt: users.createdAt,
};

/** In the place of a hash: no password matches it. */
const NO_PASSWORD = "";

export class Users {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Without a hash nobody can log in by password. Throws `name_taken`. */
  insert({ name, role, passwordHash }: { name: string; role: Role; passwordHash: string | null }): User {
    refuseIdLike(name);
    const user = { id: newId(), name, role, disabledAt: null, createdAt: new Date().toISOString() };
    const row = { ...user, passwordHash: passwordHash ?? NO_PASSWORD };
    guarded(() => this.#db.insert(users).values(row).run(), nameTaken(name));
    return user;
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

  /** Everybody, with what an admin wants to know of them. */
  people(): Person[] {
    const now = new Date().toISOString();
    const live = and(eq(sessions.userId, users.id), gt(sessions.expiresAt, now));
    const rows = this.#db
      .select({
        ...userColumns,
        hash: users.passwordHash,
        quota: users.quota,
        totp: users.totp,
        passkeys: this.#db.$count(passkeys, eq(passkeys.userId, users.id)),
        guests: this.#db.$count(guests, eq(guests.ownerId, users.id)),
        lastSeenAt: sql<string | null>`(SELECT max(${sessions.lastSeenAt}) FROM ${sessions} WHERE ${live})`,
      })
      .from(users)
      .orderBy(asc(users.name))
      .all();
    const memberships = this.#db
      .select({ userId: groupMembers.userId, name: groups.name })
      .from(groupMembers)
      .innerJoin(groups, eq(groups.id, groupMembers.groupId))
      .orderBy(asc(groups.name))
      .all();
    const groupsOf = (id: string) => memberships.filter(({ userId }) => userId === id);
    return rows.map(({ hash, totp, passkeys: passkeyCount, ...row }) => ({
      ...row,
      hasSecondFactor: totp?.confirmed === true || passkeyCount > 0,
      hasPassword: hash !== NO_PASSWORD,
      groups: groupsOf(row.id).map(({ name }) => name),
    }));
  }

  /** The admin who has been here longest, of those who can log in. */
  firstAdmin(): User | null {
    const query = this.#db.select(userColumns).from(users).where(isWorkingAdmin()).orderBy(asc(users.createdAt));
    return query.limit(1).get() ?? null;
  }

  /** Throws `name_taken`, and `impossible` when nobody would be left who is an admin and can log in. */
  update(id: string, changes: { name?: string; role?: Role; disabledAt?: string | null; quota?: Quota | null }): void {
    const losesAdmin =
      (changes.role !== undefined && changes.role !== "admin") || typeof changes.disabledAt === "string";
    this.#db.transaction((tx) => {
      if (losesAdmin) this.#refuseWithoutAdmin(id);
      if (changes.name !== undefined) refuseIdLike(changes.name, this.find(id)?.name);
      if (Object.keys(changes).length === 0) return;
      guarded(() => tx.update(users).set(changes).where(eq(users.id, id)).run(), nameTaken(changes.name ?? ""));
    });
  }

  /** Throws `in_use` when the user owns guests, and `impossible` as update does. */
  delete({ id, name }: Pick<User, "id" | "name">): void {
    this.#db.transaction((tx) => {
      this.#refuseWithoutAdmin(id);
      guarded(() => tx.delete(users).where(eq(users.id, id)).run(), {
        link: () =>
          new CorralError(
            "in_use",
            `${name} owns guests. Delete them for good or give them to somebody else first (a guest that was deleted is there for another day); meanwhile the account can be disabled.`,
          ),
      });
    });
  }

  /** Null: nobody has this name, or they have no password. */
  passwordHash(name: string): string | null {
    const query = this.#db.select({ hash: users.passwordHash }).from(users).where(eq(users.name, name));
    return query.get()?.hash || null;
  }

  setPasswordHash(id: string, passwordHash: string): void {
    this.#db.update(users).set({ passwordHash }).where(eq(users.id, id)).run();
  }

  /** Null: none was set up, nor is being. */
  totp(id: string): StoredTotp | null {
    return this.#db.select({ totp: users.totp }).from(users).where(eq(users.id, id)).get()?.totp ?? null;
  }

  setTotp(id: string, totp: StoredTotp | null): void {
    this.#db.update(users).set({ totp }).where(eq(users.id, id)).run();
  }

  quota(id: string): Quota | null {
    return this.#db.select({ quota: users.quota }).from(users).where(eq(users.id, id)).get()?.quota ?? null;
  }

  #refuseWithoutAdmin(id: string): void {
    const me = this.#db
      .select(userColumns)
      .from(users)
      .where(and(isWorkingAdmin(), eq(users.id, id)))
      .get();
    if (me === undefined) return;
    const other = this.#db
      .select(userColumns)
      .from(users)
      .where(and(isWorkingAdmin(), ne(users.id, id)))
      .limit(1)
      .get();
    if (other !== undefined) return;
    throw new CorralError(
      "impossible",
      `${me.name} is the last admin, and without one nobody could mend anything. Make somebody else an admin first.`,
    );
  }
}

const isWorkingAdmin = () => and(eq(users.role, "admin"), isNull(users.disabledAt));

const nameTaken = (name: string) => ({
  unique: () => new CorralError("name_taken", `There is a user named ${name} already. Choose another name.`),
});
