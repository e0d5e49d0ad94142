import { eq } from "drizzle-orm";
import type { z } from "zod";
import type { Database } from "./database.ts";
import { settings } from "./schema.ts";

/** What was set while the server runs: one JSON value under each name. */
export class Settings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Null: it was never set, or by a version that meant something else by it. */
  get<T extends z.ZodType>(name: string, schema: T): z.output<T> | null {
    const row = this.#db.select().from(settings).where(eq(settings.name, name)).get();
    return row === undefined ? null : (schema.safeParse(row.value).data ?? null);
  }

  set(name: string, value: unknown): void {
    this.#db
      .insert(settings)
      .values({ name, value })
      .onConflictDoUpdate({ target: settings.name, set: { value } })
      .run();
  }

  delete(name: string): void {
    this.#db.delete(settings).where(eq(settings.name, name)).run();
  }
}
