import { CorralError } from "@corral/contracts";
import { asc, desc, eq, or } from "drizzle-orm";
import { guarded } from "./constraints.ts";
import type { Database } from "./database.ts";
import { type GuestName, nameInWords, namesOf } from "./discardedName.ts";
import { refuseIdLike } from "./names.ts";
import { newId } from "./newId.ts";
import { guests, kernels } from "./schema.ts";

export type KernelRow = typeof kernels.$inferSelect;

export class Kernels {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Throws `name_taken`, also when the same file is registered already. */
  insert(kernel: Omit<KernelRow, "id" | "createdAt">): KernelRow {
    refuseIdLike(kernel.name);
    const row = { id: newId(), createdAt: new Date().toISOString(), ...kernel };
    guarded(() => this.#db.insert(kernels).values(row).run(), {
      unique: () =>
        new CorralError(
          "name_taken",
          `A kernel named ${kernel.name} or with the file ${kernel.path} is registered already. Choose another name.`,
        ),
    });
    return row;
  }

  find(idOrName: string): KernelRow | null {
    const found = this.#db
      .select()
      .from(kernels)
      .where(or(eq(kernels.id, idOrName), eq(kernels.name, idOrName)))
      .all();
    return found.find(({ id }) => id === idOrName) ?? found[0] ?? null;
  }

  list(): KernelRow[] {
    return this.#db.select().from(kernels).orderBy(asc(kernels.name)).all();
  }

  /** The one that was registered last. */
  newest(): KernelRow | null {
    return this.#db.select().from(kernels).orderBy(desc(kernels.createdAt)).limit(1).get() ?? null;
  }

  /** The guests that boot this kernel. */
  usedBy(id: string): GuestName[] {
    const query = this.#db.select({ id: guests.id, name: guests.name }).from(guests).where(eq(guests.kernelId, id));
    return query
      .orderBy(asc(guests.name))
      .all()
      .map(({ id: guest, name }) => ({ id: guest, name: nameInWords(name) }));
  }

  /** Throws `in_use` while a guest names it. */
  delete(id: string): void {
    guarded(() => this.#db.delete(kernels).where(eq(kernels.id, id)).run(), {
      link: () =>
        new CorralError(
          "in_use",
          `The kernel is used by ${namesOf(this.usedBy(id))}. Give these guests another kernel or delete them first.`,
        ),
    });
  }
}
