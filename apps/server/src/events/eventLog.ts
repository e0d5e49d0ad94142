import type { CorralEvent, FeedFrame } from "@corral/contracts";
import type { NewEvent, Store } from "@corral/store";

type Changed = Extract<FeedFrame, { type: "changed" }>;

/** What is new: something in the audit log, or something worth showing but not keeping. */
export type News = { readonly type: "appended"; readonly event: CorralEvent } | Changed;

/** The audit log, and the news of it. */
export class EventLog {
  readonly #store: Store;
  readonly #listeners = new Set<(news: News) => void>();

  constructor(store: Store) {
    this.#store = store;
  }

  append(event: NewEvent): CorralEvent {
    const { event: appended } = this.#store.events.append(event);
    this.#tell({ type: "appended", event: appended });
    return appended;
  }

  changed(what: Changed["what"], id: string): void {
    this.#tell({ type: "changed", what, id });
  }

  /** Calls `listener` with all news until the function returned is called. The listener must not throw. */
  onNews(listener: (news: News) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(news: News): void {
    for (const listener of this.#listeners) listener(news);
  }
}
