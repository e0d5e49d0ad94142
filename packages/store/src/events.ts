import { type CorralEvent, event } from "@corral/contracts";
import { and, asc, desc, eq, gt, lt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { events } from "./schema.ts";

export type NewEvent = Pick<CorralEvent, "type" | "message"> &
  Partial<Pick<CorralEvent, "actor" | "subject" | "data">> & {
    /** Who owned the guest when it happened: they may see the event too, beside operators. */
    readonly ownerId?: string;
  };

/** Only events about one thing, or only those that one user may see. */
export interface EventFilter {
  readonly subject?: string;
  readonly ownerId?: string;
}

export interface EventRecord {
  readonly event: CorralEvent;
  readonly ownerId: string | null;
}

export class Events {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  append({ ownerId = undefined, ...given }: NewEvent): EventRecord {
    const row = { at: new Date().toISOString(), actor: null, subject: null, data: {}, ...given };
    const { lastInsertRowid } = this.#db
      .insert(events)
      .values({ ...row, ownerId: ownerId ?? null })
      .run();
    return { event: { seq: Number(lastInsertRowid), ...row }, ownerId: ownerId ?? null };
  }

  /** Newest first. */
  list(page: { before?: number | undefined; limit: number } & EventFilter): CorralEvent[] {
    const older = page.before === undefined ? undefined : lt(events.seq, page.before);
    const query = this.#db
      .select()
      .from(events)
      .where(and(older, ...matches(page)));
    return query.orderBy(desc(events.seq)).limit(page.limit).all().map(toEvent);
  }

  /** Those after number `seq`, oldest first. */
  after(seq: number, limit: number, filter: EventFilter = {}): CorralEvent[] {
    const query = this.#db
      .select()
      .from(events)
      .where(and(gt(events.seq, seq), ...matches(filter)));
    return query.orderBy(asc(events.seq)).limit(limit).all().map(toEvent);
  }

  /** Number of the newest event; 0 if there is none yet. */
  newest(): number {
    return (
      this.#db
        .select({ seq: sql<number>`coalesce(max(${events.seq}), 0)` })
        .from(events)
        .get()?.seq ?? 0
    );
  }
}

const matches = ({ subject, ownerId }: EventFilter) => [
  subject === undefined ? undefined : eq(events.subject, subject),
  ownerId === undefined ? undefined : eq(events.ownerId, ownerId),
];

const toEvent = ({ ownerId: _, ...row }: typeof events.$inferSelect): CorralEvent => event.parse(row);
