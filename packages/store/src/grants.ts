import type { Grant, GuestRight } from "@corral/contracts";
import { eq, type SQL, sql } from "drizzle-orm";
import { unionAll } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";
import { groupMembers, groups, guestGrants, guests, users } from "./schema.ts";

/** Whom a grant is for, by id. */
export interface GrantTo {
  readonly userId: string | null;
  readonly groupId: string | null;
  readonly right: GuestRight;
}

/** Which rights on guests people were given, by name or as members of a group. */
export class Grants {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Says anew whom a guest is shared with. */
  replace(guestId: string, grants: readonly GrantTo[]): void {
    this.#db.transaction((tx) => {
      tx.delete(guestGrants).where(eq(guestGrants.guestId, guestId)).run();
      for (const grant of grants)
        tx.insert(guestGrants)
          .values({ guestId, ...grant })
          .run();
    });
  }

  /** Users first, each by name. */
  of(guestId: string): Grant[] {
    const rows = this.#db
      .select({ user: users.name, group: groups.name, right: guestGrants.right })
      .from(guestGrants)
      .leftJoin(users, eq(users.id, guestGrants.userId))
      .leftJoin(groups, eq(groups.id, guestGrants.groupId))
      .where(eq(guestGrants.guestId, guestId))
      .orderBy(sql`${users.name} IS NULL`, users.name, groups.name)
      .all();
    return rows.map(({ user, group, right }) => ({
      kind: user === null ? "group" : "user",
      name: user ?? group ?? "",
      right,
    }));
  }
}

/** Ids of the guests that were shared with a user, by themself or as a member of a group. */
export const guestsSharedWith = (userId: string): SQL =>
  sql`(SELECT ${guestGrants.guestId} FROM ${guestGrants} WHERE ${guestGrants.userId} = ${userId} OR ${guestGrants.groupId} IN
    (SELECT ${groupMembers.groupId} FROM ${groupMembers} WHERE ${groupMembers.userId} = ${userId}))`;

const ORDER: readonly GuestRight[] = ["watch", "use", "manage"];

/** Of the guests that `which` chooses, the most that each user was given, by themself or as a member of a group. */
export const rightsByGuest = (
  db: Database,
  which: SQL | undefined,
): ReadonlyMap<string, ReadonlyMap<string, GuestRight>> => {
  const columns = { guestId: guestGrants.guestId, right: guestGrants.right };
  const own = db
    .select({ ...columns, userId: sql<string>`${guestGrants.userId}` })
    .from(guestGrants)
    .innerJoin(guests, eq(guests.id, guestGrants.guestId))
    .innerJoin(users, eq(users.id, guestGrants.userId))
    .where(which);
  const asMember = db
    .select({ ...columns, userId: sql<string>`${groupMembers.userId}` })
    .from(guestGrants)
    .innerJoin(guests, eq(guests.id, guestGrants.guestId))
    .innerJoin(groupMembers, eq(groupMembers.groupId, guestGrants.groupId))
    .where(which);
  const byGuest = new Map<string, Map<string, GuestRight>>();
  for (const { guestId, userId, right } of unionAll(own, asMember).all()) {
    const rights = byGuest.get(guestId) ?? new Map<string, GuestRight>();
    const before = rights.get(userId);
    if (before === undefined || ORDER.indexOf(right) > ORDER.indexOf(before)) rights.set(userId, right);
    byGuest.set(guestId, rights);
  }
  return byGuest;
};
