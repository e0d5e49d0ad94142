import { CorralError } from "@corral/contracts";
import { asc, eq, or } from "drizzle-orm";
import { guarded } from "./constraints.ts";
import type { Database } from "./database.ts";
import { type GuestName, nameInWords, namesOf } from "./discardedName.ts";
import { refuseIdLike } from "./names.ts";
import { newId } from "./newId.ts";
import { guestImages, guests, images } from "./schema.ts";

export type ImageRow = typeof images.$inferSelect;

export class Images {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Throws `name_taken`. */
  insert(image: Omit<ImageRow, "id" | "createdAt">): ImageRow {
    refuseIdLike(image.name);
    const row = { id: newId(), createdAt: new Date().toISOString(), ...image };
    guarded(() => this.#db.insert(images).values(row).run(), {
      unique: () =>
        new CorralError("name_taken", `There is an image named ${image.name} already. Choose another name.`),
    });
    return row;
  }

  find(idOrName: string): ImageRow | null {
    const found = this.#db
      .select()
      .from(images)
      .where(or(eq(images.id, idOrName), eq(images.name, idOrName)))
      .all();
    return found.find(({ id }) => id === idOrName) ?? found[0] ?? null;
  }

  list(): ImageRow[] {
    return this.#db.select().from(images).orderBy(asc(images.name)).all();
  }

  /** The guests with a disk over this image. */
  usedBy(id: string): GuestName[] {
    return this.#db
      .selectDistinct({ id: guests.id, name: guests.name })
      .from(guestImages)
      .innerJoin(guests, eq(guests.id, guestImages.guestId))
      .where(eq(guestImages.imageId, id))
      .orderBy(asc(guests.name))
      .all()
      .map(({ id: guest, name }) => ({ id: guest, name: nameInWords(name) }));
  }

  /** Throws `in_use` while a guest's disk stands on it. */
  delete(id: string): void {
    guarded(() => this.#db.delete(images).where(eq(images.id, id)).run(), {
      link: () =>
        new CorralError(
          "in_use",
          `The image is used by ${namesOf(this.usedBy(id))}. Delete these guests first, since their disks stand on it.`,
        ),
    });
  }
}
