import { CorralError, impossible, LIKE_AN_ID, looksLikeId } from "@corral/contracts";
import { eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { discardedName, plainName } from "./discardedName.ts";
import { groups, guests, images, kernels, templates, users } from "./schema.ts";

/** What is found by id or by name. */
const NAMED = { guest: guests, user: users, group: groups, image: images, kernel: kernels, template: templates };
export type NamedKind = keyof typeof NAMED;

export interface IdLikeName {
  readonly kind: NamedKind;
  readonly name: string;
}

/** A name that was another's id. */
export interface ReplacedName {
  readonly kind: NamedKind;
  readonly id: string;
  readonly before: string;
  readonly after: string;
  /** Name of the one whose id it was. */
  readonly other: string;
}

/**
 * Ids and names are given in the same places, so nothing new is named like an id: who names a guest like another's id
 * would have others act on the wrong one. What was named so by an older version keeps its name. Throws `impossible`.
 */
export const refuseIdLike = (name: string, before?: string): void => {
  if (name !== before && looksLikeId(name)) throw impossible("name", LIKE_AN_ID);
};

export class Names {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Those in the form of an id, which older versions took. */
  idLike(): IdLikeName[] {
    return this.#all().flatMap(({ kind, rows }) =>
      rows.flatMap(({ name }) => (looksLikeId(plainName(name)) ? [{ kind, name: plainName(name) }] : [])),
    );
  }

  /** Gives another name to everything that an older version let be named exactly as another's id. */
  untangle(): ReplacedName[] {
    return this.#db.transaction(() =>
      this.#all().flatMap(({ kind, rows }) =>
        rows.flatMap((row) => {
          const before = plainName(row.name);
          const other = rows.find(({ id }) => id === before && id !== row.id);
          if (other === undefined) return [];
          const after = freeName(before, rows);
          const stored = row.name === before ? after : discardedName(after, row.id);
          this.#db.update(NAMED[kind]).set({ name: stored }).where(eq(NAMED[kind].id, row.id)).run();
          return [{ kind, id: row.id, before, after, other: plainName(other.name) }];
        }),
      ),
    );
  }

  #all(): { kind: NamedKind; rows: { id: string; name: string }[] }[] {
    return (Object.keys(NAMED) as NamedKind[]).map((kind) => ({
      kind,
      rows: this.#db.select({ id: NAMED[kind].id, name: NAMED[kind].name }).from(NAMED[kind]).orderBy(sql`name`).all(),
    }));
  }
}

/** Numbers that are tried behind a name before one that no two guests share. */
const NUMBERS_TRIED = 1000;

const freeName = (wanted: string, rows: readonly { readonly name: string }[]): string => {
  for (let number = 2; number < NUMBERS_TRIED; number += 1) {
    const name = `${wanted}-${number}`;
    if (rows.every((row) => plainName(row.name) !== name)) return name;
  }
  throw new CorralError("name_taken", `Too many are named ${wanted}-2, ${wanted}-3 and so on. Rename some of them.`);
};
