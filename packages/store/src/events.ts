import { type CallerWay, type CorralEvent, type EventType, event } from "@corral/contracts";
import { and, asc, desc, eq, gt, gte, inArray, like, lt, notInArray, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { guestsSharedWith } from "./grants.ts";
import { events } from "./schema.ts";

/** Whoever does something says also how and from where they came. */
export type Author =
  | { readonly actor: string; readonly by: CallerWay | null; readonly from: string | null }
  | { readonly actor?: null; readonly by?: CallerWay | null; readonly from?: string | null };

export type NewEvent = Pick<CorralEvent, "type" | "message"> &
  /** `at`: when it happened, if that is not now. */
  Partial<Pick<CorralEvent, "subject" | "data" | "result" | "at">> &
  Author & {
    /** Who owned the guest when it happened: they may see the event too, beside operators. */
    readonly ownerId?: string;
  };

/** Which events are meant; what is left out narrows nothing. */
export interface EventFilter {
  /** Id of the thing that they are about. */
  readonly subject?: string | undefined;
  /** Only those that this user may see. */
  readonly ownerId?: string | undefined;
  readonly actor?: string | undefined;
  readonly by?: CallerWay | undefined;
  readonly result?: CorralEvent["result"] | undefined;
  /** A type, or the part before its dot. */
  readonly type?: string | undefined;
  /** Not before, and before, this time: ISO 8601 in UTC. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Text in the message, the actor or where they came from. */
  readonly q?: string | undefined;
  /** Types that are passed over. */
  readonly without?: readonly EventType[] | undefined;
  /** Ids of the only things that they may be about. */
  readonly subjects?: readonly string[] | undefined;
}

/** Those that match, of those with a number between these. */
type EventPart = EventFilter & { readonly before?: number | undefined; readonly after?: number | undefined };

export interface EventRecord {
  readonly event: CorralEvent;
  readonly ownerId: string | null;
}

/** Makes text of others harmless, as reading does. */
const newEvent = event.omit({ seq: true });

export class Events {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  append({ ownerId, from = null, ...given }: NewEvent): EventRecord {
    const { from: source, ...row } = newEvent.parse({
      at: new Date().toISOString(),
      actor: null,
      by: null,
      from,
      result: "done",
      subject: null,
      data: {},
      ...given,
    });
    const { lastInsertRowid } = this.#db
      .insert(events)
      .values({ ...row, source, ownerId: ownerId ?? null })
      .run();
    return { event: { seq: Number(lastInsertRowid), ...row, from: source }, ownerId: ownerId ?? null };
  }

  /** Newest first, unless they are to ascend. */
  list({ limit, ascending = false, ...part }: { limit: number; ascending?: boolean } & EventPart): CorralEvent[] {
    const query = this.#db.select().from(events).where(within(part));
    const order = ascending ? asc(events.seq) : desc(events.seq);
    return query.orderBy(order).limit(limit).all().map(toEvent);
  }

  /** How many there are, counted up to `maximum`. */
  count(part: EventPart, maximum: number): number {
    const counted = this.#db.select({ seq: events.seq }).from(events).where(within(part)).limit(maximum).as("counted");
    return this.#db.select({ found: sql<number>`count(*)` }).from(counted).get()?.found ?? 0;
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

  /** Deletes the oldest events, so many at most: those before this time, and those up to this number. How many it were. */
  prune(olderThan: string, limit: number, upTo = 0): number {
    const oldest = this.#db.select({ seq: events.seq, at: events.at }).from(events).orderBy(asc(events.seq));
    const old = oldest
      .limit(limit)
      .all()
      .filter(({ at, seq }) => at < olderThan || seq <= upTo);
    if (old.length === 0) return 0;
    return this.#db
      .delete(events)
      .where(
        inArray(
          events.seq,
          old.map(({ seq }) => seq),
        ),
      )
      .run().changes;
  }
}

const within = ({ before, after, ...filter }: EventPart): SQL | undefined =>
  and(
    before === undefined ? undefined : lt(events.seq, before),
    after === undefined ? undefined : gt(events.seq, after),
    ...matches(filter),
  );

const matches = ({
  subject,
  subjects,
  ownerId,
  actor,
  by,
  result,
  type,
  without,
  since,
  until,
  q,
}: EventFilter): (SQL | undefined)[] => {
  const equal = <T>(value: T | undefined, make: (value: T) => SQL | undefined) =>
    value === undefined ? undefined : make(value);
  return [
    equal(subject, (value) => eq(events.subject, value)),
    equal(subjects, (value) => inArray(events.subject, [...value])),
    equal(ownerId, visibleTo),
    equal(actor, (value) => eq(events.actor, value)),
    equal(by, (value) => eq(events.by, value)),
    equal(result, (value) => eq(events.result, value)),
    equal(type, (value) => (value.includes(".") ? eq(events.type, value) : like(events.type, `${value}.%`))),
    equal(without, (value) => notInArray(events.type, [...value])),
    equal(since, (value) => gte(events.at, value)),
    equal(until, (value) => lt(events.at, value)),
    equal(q, (value) => or(...[events.message, events.actor, events.source].map((column) => contains(column, value)))),
  ];
};

/** About guests that were theirs at the time, guests that are shared with them now, and themself. */
const visibleTo = (userId: string) =>
  or(eq(events.ownerId, userId), eq(events.subject, userId), sql`${events.subject} IN ${guestsSharedWith(userId)}`);

/** The text as it stands: a % or _ in it means itself. */
const contains = (column: typeof events.message | typeof events.actor | typeof events.source, text: string): SQL =>
  sql`${column} like ${`%${text.replace(/[\\%_]/g, "\\$&")}%`} escape '\\'`;

const toEvent = ({ ownerId: _, source, ...row }: typeof events.$inferSelect): CorralEvent =>
  event.parse({ ...row, from: source });
