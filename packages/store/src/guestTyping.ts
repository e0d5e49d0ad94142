import type { GuestTyping } from "@corral/contracts";
import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { guestTyping } from "./schema.ts";

/** What holds for those who type into a guest's consoles. */
export class GuestTypings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  of(guestId: string): GuestTyping {
    const row = this.#db.select().from(guestTyping).where(eq(guestTyping.guestId, guestId)).get();
    return row === undefined ? { shared: [], recorded: false } : { shared: row.shared, recorded: row.recorded };
  }

  set(guestId: string, { shared, recorded }: GuestTyping): void {
    const row = { shared: [...shared], recorded };
    this.#db
      .insert(guestTyping)
      .values({ guestId, ...row })
      .onConflictDoUpdate({ target: guestTyping.guestId, set: row })
      .run();
  }
}
