import { CorralError, type GuestDefinition, type GuestRight } from "@corral/contracts";
import { and, asc, eq, inArray, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import { guarded } from "./constraints.ts";
import type { Database } from "./database.ts";
import { discardedName, plainName } from "./discardedName.ts";
import { guestsSharedWith, rightsByGuest } from "./grants.ts";
import { refuseIdLike } from "./names.ts";
import { newId } from "./newId.ts";
import { guestImages, guests, images, kernels, users } from "./schema.ts";
import type { StoredDefinition } from "./storedDefinition.ts";

/** What the names in a definition stand for. */
export interface GuestLinks {
  readonly ownerId: string;
  readonly kernelId: string;
  /** Id of the image under each disk of kind image, by the disk's ubd number. */
  readonly imageIds: ReadonlyMap<number, string>;
}

export interface GuestRecord extends GuestLinks {
  readonly id: string;
  /** With the present names of its owner, kernel and images. */
  readonly definition: GuestDefinition;
  /** Of the definition. */
  readonly revision: number;
  readonly createdAt: string;
  /** Since when it waits to be deleted for good; null: it is there. */
  readonly discardedAt: string | null;
  /** The most that each user may do who is not its owner, by user id. */
  readonly rights: ReadonlyMap<string, GuestRight>;
}

export class Guests {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Throws `name_taken`, and `in_use` when something it links to has just been deleted. */
  insert(definition: GuestDefinition, links: GuestLinks): GuestRecord {
    refuseIdLike(definition.name);
    const id = newId();
    this.#write(definition, () => {
      this.#db
        .insert(guests)
        .values({ id, createdAt: new Date().toISOString(), ...columns(definition, links) })
        .run();
      this.#linkImages(id, links);
    });
    return this.#existing(id);
  }

  /**
   * Replaces the definition as a whole, where it is still the one of this revision. Throws as insert does, and
   * `changed_meanwhile`: then nothing is changed.
   */
  update(
    { id, revision }: Pick<GuestRecord, "id" | "revision">,
    definition: GuestDefinition,
    links: GuestLinks,
  ): GuestRecord {
    refuseIdLike(definition.name, this.find(id)?.definition.name);
    this.#write(definition, () => {
      const { changes } = this.#db
        .update(guests)
        .set({ ...columns(definition, links), revision: revision + 1 })
        .where(and(eq(guests.id, id), eq(guests.revision, revision)))
        .run();
      if (changes === 0) throw this.#changedMeanwhile(id);
      this.#db.delete(guestImages).where(eq(guestImages.guestId, id)).run();
      this.#linkImages(id, links);
    });
    return this.#existing(id);
  }

  #changedMeanwhile(id: string): CorralError {
    const { definition, revision } = this.#existing(id);
    return new CorralError(
      "changed_meanwhile",
      `${definition.name} was changed meanwhile: its definition is at revision ${revision} now. Read it again, then repeat what you want to change.`,
    );
  }

  find(idOrName: string): GuestRecord | null {
    const found = this.#read(or(eq(guests.id, idOrName), eq(guests.name, idOrName)));
    return found.find(({ id }) => id === idOrName) ?? found[0] ?? null;
  }

  /** By name; only those that a user owns or has been given a right on, if one is named. */
  list(userId?: string): GuestRecord[] {
    if (userId === undefined) return this.#read(undefined);
    return this.#read(or(eq(guests.ownerId, userId), sql`${guests.id} IN ${guestsSharedWith(userId)}`));
  }

  /** Those that wait to be deleted for good, the oldest first. No other method finds them. */
  listDiscarded(): GuestRecord[] {
    const found = this.#read(undefined, isNotNull(guests.discardedAt));
    return found.sort((one, other) => (one.discardedAt ?? "").localeCompare(other.discardedAt ?? ""));
  }

  /** Those that count for the quotas of these owners, discarded ones included. */
  ownedBy(ownerIds: readonly string[]): GuestRecord[] {
    return this.#read(inArray(guests.ownerId, [...ownerIds]), null);
  }

  /** Puts it aside, and its name is free. */
  discard({ id, definition }: Pick<GuestRecord, "id" | "definition">): void {
    const name = discardedName(definition.name, id);
    this.#db.update(guests).set({ name, discardedAt: new Date().toISOString() }).where(eq(guests.id, id)).run();
  }

  /** Throws `name_taken` when its name was given to another meanwhile. */
  restore({ id, definition }: Pick<GuestRecord, "id" | "definition">): GuestRecord {
    const { name } = definition;
    this.#write(definition, () => {
      this.#db.update(guests).set({ name, discardedAt: null }).where(eq(guests.id, id)).run();
    });
    return this.#existing(id);
  }

  delete(id: string): void {
    this.#db.delete(guests).where(eq(guests.id, id)).run();
  }

  #existing(id: string): GuestRecord {
    const [record] = this.#read(eq(guests.id, id));
    if (record === undefined) throw new CorralError("not_found", "This guest has just been deleted.");
    return record;
  }

  #write(definition: GuestDefinition, write: () => void): void {
    guarded(() => this.#db.transaction(write), {
      unique: () =>
        new CorralError("name_taken", `There is a guest named ${definition.name} already. Choose another name.`),
      link: () =>
        new CorralError(
          "in_use",
          "The kernel, an image or the owner of this guest has just been deleted. Choose anew.",
        ),
    });
  }

  #linkImages(guestId: string, { imageIds }: GuestLinks): void {
    for (const [ubd, imageId] of imageIds) this.#db.insert(guestImages).values({ guestId, ubd, imageId }).run();
  }

  /** `present` null: discarded ones too. */
  #read(chosen: SQL | undefined, present: SQL | null = isNull(guests.discardedAt)): GuestRecord[] {
    const which = and(chosen, present ?? undefined);
    const rows = this.#db
      .select({ guest: guests, owner: users.name, kernel: kernels.name })
      .from(guests)
      .innerJoin(users, eq(users.id, guests.ownerId))
      .innerJoin(kernels, eq(kernels.id, guests.kernelId))
      .where(which)
      .orderBy(asc(guests.name))
      .all();
    const links = this.#db
      .select({ guestId: guestImages.guestId, ubd: guestImages.ubd, id: images.id, name: images.name })
      .from(guestImages)
      .innerJoin(images, eq(images.id, guestImages.imageId))
      .innerJoin(guests, eq(guests.id, guestImages.guestId))
      .where(which)
      .all();
    const rights = rightsByGuest(this.#db, which);
    const disksByGuest = new Map<string, Map<number, { id: string; name: string }>>();
    for (const { guestId, ubd, id, name } of links) {
      disksByGuest.set(guestId, (disksByGuest.get(guestId) ?? new Map()).set(ubd, { id, name }));
    }

    return rows.map(({ guest, owner, kernel }) => {
      const disks = disksByGuest.get(guest.id) ?? new Map<number, { id: string; name: string }>();
      return {
        id: guest.id,
        ownerId: guest.ownerId,
        kernelId: guest.kernelId,
        imageIds: new Map([...disks].map(([ubd, { id }]) => [ubd, id])),
        definition: { ...withImageNames(guest.definition, disks), name: plainName(guest.name), owner, kernel },
        revision: guest.revision,
        discardedAt: guest.discardedAt,
        createdAt: guest.createdAt,
        rights: rights.get(guest.id) ?? NO_RIGHTS,
      };
    });
  }
}

const NO_RIGHTS: ReadonlyMap<string, GuestRight> = new Map();

const columns = (definition: GuestDefinition, { ownerId, kernelId }: GuestLinks) => {
  const { name, owner: _owner, kernel: _kernel, ...rest } = definition;
  return { name, ownerId, kernelId, definition: withoutImageNames(rest) };
};

const withoutImageNames = (definition: Omit<GuestDefinition, "name" | "owner" | "kernel">): StoredDefinition => ({
  ...definition,
  disks: definition.disks.map((disk) => ({
    ...disk,
    source: disk.source.kind === "image" ? { kind: "image" } : disk.source,
  })),
});

const withImageNames = (
  definition: StoredDefinition,
  disks: ReadonlyMap<number, { readonly name: string }>,
): Omit<GuestDefinition, "name" | "owner" | "kernel"> => ({
  ...definition,
  disks: definition.disks.map((disk) => ({
    ...disk,
    // The row of guest_images was written with the definition, in one transaction.
    source: disk.source.kind === "image" ? { kind: "image", image: disks.get(disk.ubd)?.name ?? "" } : disk.source,
  })),
});
