import { CorralError, inReadingOrder, type Template } from "@corral/contracts";
import { asc, eq, or, type SQL } from "drizzle-orm";
import { guarded } from "./constraints.ts";
import type { Database } from "./database.ts";
import { refuseIdLike } from "./names.ts";
import { newId } from "./newId.ts";
import { images, kernels, templates } from "./schema.ts";

export type NewTemplateRow = Omit<typeof templates.$inferInsert, "id" | "createdAt">;

/** Kinds of guests that are offered. One goes with its image. */
export class Templates {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Throws `name_taken`. */
  insert(template: NewTemplateRow): Template {
    refuseIdLike(template.name);
    const row = { id: newId(), createdAt: new Date().toISOString(), ...template };
    guarded(() => this.#db.insert(templates).values(row).run(), nameTaken(template.name));
    return this.#existing(row.id);
  }

  /** Throws `name_taken`. */
  update(id: string, template: NewTemplateRow): Template {
    refuseIdLike(template.name, this.#existing(id).name);
    guarded(() => this.#db.update(templates).set(template).where(eq(templates.id, id)).run(), nameTaken(template.name));
    return this.#existing(id);
  }

  find(idOrName: string): Template | null {
    const found = this.#read(or(eq(templates.id, idOrName), eq(templates.name, idOrName)));
    return found.find(({ id }) => id === idOrName) ?? found[0] ?? null;
  }

  /** By name. */
  list(): Template[] {
    return this.#read(undefined);
  }

  delete(id: string): void {
    this.#db.delete(templates).where(eq(templates.id, id)).run();
  }

  #existing(id: string): Template {
    const template = this.find(id);
    if (template === null) throw new CorralError("not_found", "This template has just been deleted.");
    return template;
  }

  #read(which: SQL | undefined): Template[] {
    const rows = this.#db
      .select({ template: templates, image: images.name, kernel: kernels.name })
      .from(templates)
      .innerJoin(images, eq(images.id, templates.imageId))
      .leftJoin(kernels, eq(kernels.id, templates.kernelId))
      .where(which)
      .orderBy(asc(templates.name))
      .all();
    return rows.map(({ template: { imageId: _, kernelId: __, ...template }, image, kernel }) => ({
      ...template,
      // Older versions took characters here that are refused now.
      description: inReadingOrder(template.description),
      image,
      kernel,
    }));
  }
}

const nameTaken = (name: string) => ({
  unique: () => new CorralError("name_taken", `There is a template named ${name} already. Choose another name.`),
});
