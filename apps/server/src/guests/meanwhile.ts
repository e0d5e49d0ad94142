import { CorralError, type ErrorDetail } from "@corral/contracts";
import type { GuestRecord, Store } from "@corral/store";
import { z } from "zod";

/** Changes of one guest that are looked through; who has not looked for longer is told less. */
const CHANGES_MAXIMUM = 50;

/** What the event of a change says of it. Events of older servers have no revision. */
const change = z.object({ fields: z.array(z.string()), revision: z.int() });

/** Tells who changed what of a definition since somebody looked at it, from the events. */
export class Meanwhile {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  error(guest: GuestRecord, seen: number): CorralError {
    const { definition, revision } = guest;
    const made = this.#changesSince(guest, seen);
    const words = made.map(({ actor, fields }) => `${actor} changed ${fields.join(", ")}`);
    const what =
      words.length === 0 ? `it is at revision ${revision} now, and you saw revision ${seen}` : words.join("; ");
    const details: ErrorDetail[] = made.flatMap(({ actor, fields }) =>
      fields.map((field) => ({ field, message: `was changed by ${actor} meanwhile` })),
    );
    return new CorralError(
      "changed_meanwhile",
      `${definition.name} was changed since you looked at it: ${what}. Nothing of yours was saved. Look at it as it is now, then save yours again.`,
      details,
    );
  }

  /** Oldest first. */
  #changesSince({ id }: GuestRecord, seen: number): { readonly actor: string; readonly fields: string[] }[] {
    const events = this.#store.events.list({ subject: id, type: "guest.changed", limit: CHANGES_MAXIMUM });
    return events.reverse().flatMap(({ actor, data }) => {
      const { data: known } = change.safeParse(data);
      return known === undefined || known.revision <= seen
        ? []
        : [{ actor: actor ?? "the server", fields: known.fields }];
    });
  }
}
