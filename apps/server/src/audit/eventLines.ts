import type { EventFilter, Store } from "@corral/store";

/** Events read from the store at once: an export of any length takes this much memory. */
const PAGE_EVENTS = 500;

/** All events that match and had happened when it was asked, oldest first, each as a line of JSON; a page at a time. */
export function* eventLines(store: Store, filter: EventFilter): Generator<string> {
  const newest = store.events.newest();
  for (let seq = 0; ; ) {
    const page = store.events.after(seq, PAGE_EVENTS, filter).filter((event) => event.seq <= newest);
    if (page.length > 0) yield page.map((event) => `${JSON.stringify(event)}\n`).join("");
    if (page.length < PAGE_EVENTS) return;
    seq = page.at(-1)?.seq ?? newest;
  }
}
