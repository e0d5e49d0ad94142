import type { CorralEvent, FeedFrame } from "@corral/contracts";
import { isDiskFull, type NewEvent, type Store } from "@corral/store";

type Changed = Extract<FeedFrame, { type: "changed" }>;

/** What is new: something in the audit log, or something worth showing but not keeping. */
export type News = { readonly type: "appended"; readonly event: CorralEvent } | Changed;

/** The audit log, and the news of it. */
export class EventLog {
  readonly #store: Store;
  readonly #onLost: (event: NewEvent, error: unknown) => void;
  readonly #listeners = new Set<(news: News) => void>();

  /** `onLost`: an event that could not be stored, since the disk is full. */
  constructor(store: Store, onLost: (event: NewEvent, error: unknown) => void = () => {}) {
    this.#store = store;
    this.#onLost = onLost;
  }

  /**
   * On a full disk the event is lost to the audit log, and what it tells of happens all the same: somebody has to be able to
   * look at a guest then, and to end it.
   */
  append(event: NewEvent): void {
    try {
      const { event: appended } = this.#store.events.append(event);
      this.#tell({ type: "appended", event: appended });
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#onLost(event, error);
      // Who looks at it now is to see what happened.
      if (event.ownerId !== undefined && event.subject != null) this.changed("guest", event.subject);
    }
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
