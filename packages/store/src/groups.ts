import { CorralError, type Group, type Quota } from "@corral/contracts";
import { asc, eq, or, type SQL } from "drizzle-orm";
import { guarded } from "./constraints.ts";
import type { Database } from "./database.ts";
import { refuseIdLike } from "./names.ts";
import { newId } from "./newId.ts";
import { groupMembers, groups, users } from "./schema.ts";

export class Groups {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Throws `name_taken`. */
  insert(name: string): Group {
    refuseIdLike(name);
    const row = { id: newId(), name, createdAt: new Date().toISOString() };
    guarded(() => this.#db.insert(groups).values(row).run(), nameTaken(name));
    return { ...row, members: [], quota: null };
  }

  /** Throws `name_taken`. */
  rename(id: string, name: string): void {
    refuseIdLike(name, this.find(id)?.name);
    guarded(() => this.#db.update(groups).set({ name }).where(eq(groups.id, id)).run(), nameTaken(name));
  }

  /** Says anew who is in it. */
  setMembers(id: string, userIds: readonly string[]): void {
    this.#db.transaction((tx) => {
      tx.delete(groupMembers).where(eq(groupMembers.groupId, id)).run();
      for (const userId of new Set(userIds)) tx.insert(groupMembers).values({ groupId: id, userId }).run();
    });
  }

  setQuota(id: string, quota: Quota | null): void {
    this.#db.update(groups).set({ quota }).where(eq(groups.id, id)).run();
  }

  /** Groups with a quota that a user is in, with the ids of all who are. */
  poolsOf(userId: string): { name: string; quota: Quota; memberIds: string[] }[] {
    const own = this.#db
      .select({ id: groups.id, name: groups.name, quota: groups.quota })
      .from(groups)
      .innerJoin(groupMembers, eq(groupMembers.groupId, groups.id))
      .where(eq(groupMembers.userId, userId))
      .orderBy(asc(groups.name))
      .all();
    return own.flatMap(({ id, name, quota }) => {
      if (quota === null) return [];
      const members = this.#db
        .select({ userId: groupMembers.userId })
        .from(groupMembers)
        .where(eq(groupMembers.groupId, id))
        .all();
      return [{ name, quota, memberIds: members.map((member) => member.userId) }];
    });
  }

  find(idOrName: string): Group | null {
    const found = this.#read(or(eq(groups.id, idOrName), eq(groups.name, idOrName)));
    return found.find(({ id }) => id === idOrName) ?? found[0] ?? null;
  }

  /** By name. */
  list(): Group[] {
    return this.#read(undefined);
  }

  delete(id: string): void {
    this.#db.delete(groups).where(eq(groups.id, id)).run();
  }

  #read(which: SQL | undefined): Group[] {
    const rows = this.#db
      .select({ group: groups, member: users.name })
      .from(groups)
      .leftJoin(groupMembers, eq(groupMembers.groupId, groups.id))
      .leftJoin(users, eq(users.id, groupMembers.userId))
      .where(which)
      .orderBy(asc(groups.name), asc(users.name))
      .all();
    const byId = new Map<string, Group>();
    for (const { group, member } of rows) {
      const known = byId.get(group.id) ?? { ...group, members: [] };
      if (member !== null) known.members.push(member);
      byId.set(group.id, known);
    }
    return [...byId.values()];
  }
}

const nameTaken = (name: string) => ({
  unique: () => new CorralError("name_taken", `There is a group named ${name} already. Choose another name.`),
});
