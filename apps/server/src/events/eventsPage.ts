import type { CorralEvent, Page } from "@corral/contracts";
import type { EventFilter, Store } from "@corral/store";
import { type PageRequest, readCursor, writeCursor } from "../paging.ts";

/** There may be a million, and whoever asks waits while they are counted: no more are than this. */
const COUNTED_MAXIMUM = 10_000;

interface EventsRequest extends PageRequest {
  /** Only those with a smaller number. */
  readonly before: number | undefined;
  readonly ascending: boolean;
}

/** A page of the audit log, by number. Throws `invalid_request` for a cursor that is another list's. */
export const eventsPage = (
  store: Store,
  { limit, cursor, before, ascending }: EventsRequest,
  filter: EventFilter,
): { items: CorralEvent[] } & Omit<Page<CorralEvent>, "items"> => {
  const all = { ...filter, before };
  const [place] = cursor === undefined ? [] : readCursor(cursor);
  const from =
    place === undefined ? all : ascending ? { ...all, after: Number(place) } : { ...all, before: Number(place) };
  // One more says whether there are any.
  const found = store.events.list({ ...from, limit: limit + 1, ascending });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    nextCursor: last === undefined || found.length === items.length ? null : writeCursor([last.seq, String(last.seq)]),
    total: store.events.count(all, COUNTED_MAXIMUM),
  };
};
