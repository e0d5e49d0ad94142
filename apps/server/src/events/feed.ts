import type { FeedFrame } from "@corral/contracts";
import type { EventFilter, Store } from "@corral/store";
import type { WebSocket } from "ws";
import type { EventLog, News } from "./eventLog.ts";

/** Events read from the store at once. */
const PAGE_EVENTS = 200;
/** A socket with more than this unsent is given nothing more until it has drained: the store keeps the rest for it. */
const UNSENT_MAXIMUM_BYTES = 256 * 1024;
/** Changes that are not kept are told at most this often, each thing once: a console's length changes all the time. */
const CHANGES_EVERY_MS = 250;

type Changed = Extract<FeedFrame, { type: "changed" }>;

/** What one subscriber may be told. */
export interface FeedAudience {
  readonly filter: EventFilter;
  readonly maySee: (changed: Changed) => boolean;
}

/**
 * Sends one subscriber the events after `since` and then the new ones, without hole or double: it only remembers how
 * far this subscriber is, and the store is the queue. Ends when the socket closes.
 */
export class Feed {
  readonly #socket: WebSocket;
  readonly #store: Store;
  readonly #audience: FeedAudience;
  /** Number of the last event that was sent or passed over. */
  #seq: number;
  #isReady = false;
  #isScheduled = false;
  /** The socket was full before all was told. */
  #isBehind = false;
  readonly #changed = new Map<string, Changed>();
  #changesTimer: NodeJS.Timeout | null = null;

  constructor(socket: WebSocket, store: Store, events: EventLog, audience: FeedAudience, since?: number) {
    this.#socket = socket;
    this.#store = store;
    this.#audience = audience;
    const newest = store.events.newest();
    this.#seq = Math.min(since ?? newest, newest);
    const forget = events.onNews((news) => this.#hear(news));
    socket.once("close", () => {
      forget();
      clearTimeout(this.#changesTimer ?? undefined);
    });
    this.#pump();
  }

  #hear(news: News): void {
    if (news.type === "appended") {
      this.#schedule();
      return;
    }
    this.#changed.set(`${news.what} ${news.id}`, news);
    this.#startChangesTimer();
  }

  /** One look into the store for all the events of a moment. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#socket.readyState === this.#socket.OPEN) {
      this.#isBehind = this.#isFull();
      if (this.#isBehind) return;
      const newest = this.#store.events.newest();
      const page = this.#store.events.after(this.#seq, PAGE_EVENTS, this.#audience.filter);
      for (const event of page) this.#send({ type: "event", event });
      this.#seq = page.length === PAGE_EVENTS ? (page.at(-1)?.seq ?? newest) : newest;
      if (page.length < PAGE_EVENTS) {
        this.#sayReady();
        return;
      }
    }
  }

  /** Once, when the past is told. */
  #sayReady(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#send({ type: "ready", seq: this.#seq });
  }

  #tellChanges(): void {
    this.#changesTimer = null;
    if (this.#isFull()) {
      this.#startChangesTimer();
      return;
    }
    for (const changed of this.#changed.values()) if (this.#audience.maySee(changed)) this.#send(changed);
    this.#changed.clear();
  }

  #startChangesTimer(): void {
    this.#changesTimer ??= setTimeout(() => this.#tellChanges(), CHANGES_EVERY_MS).unref();
  }

  #isFull(): boolean {
    return this.#socket.bufferedAmount >= UNSENT_MAXIMUM_BYTES;
  }

  #send(frame: FeedFrame): void {
    this.#socket.send(JSON.stringify(frame), () => {
      if (this.#isBehind && !this.#isFull()) this.#schedule();
    });
  }
}
