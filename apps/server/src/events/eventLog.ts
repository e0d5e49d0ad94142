import type { CorralEvent, FeedFrame } from "@corral/contracts";
import { type NewEvent, type Store, storeFailureOf } from "@corral/store";
import type { FastifyBaseLogger } from "fastify";
import type { KeptEvents } from "./keptEvents.ts";

/** Events in memory while the database cannot be written: an hour of a busy fleet, in a few MiB. */
const WAITING_MAXIMUM_EVENTS = 10_000;
/** How often it is tried again. */
const RETRY_EVERY_MS = 100;
/** How many are stored in one go, between which everything else goes on. */
const PIECE_EVENTS = 200;

type Changed = Extract<FeedFrame, { type: "changed" }>;

/** What is new: something in the audit log, or something worth showing but not keeping. */
export type News = { readonly type: "appended"; readonly event: CorralEvent } | Changed;

interface EventLogOptions {
  /** For what a stop leaves unstored. */
  readonly kept?: KeptEvents;
  readonly log?: Pick<FastifyBaseLogger, "error">;
}

/**
 * The audit log, and the news of it. What an event tells of never waits for the database: while that is locked by another
 * process, or its disk is full, read-only or failing, events wait in memory, and are stored in their order and with their
 * own time as soon as that is possible.
 */
export class EventLog {
  readonly #store: Store;
  readonly #options: EventLogOptions;
  readonly #listeners = new Set<(news: News) => void>();
  readonly #waiting: NewEvent[] = [];
  #lost = 0;
  /** The kept file holds events that wait here, too. */
  #isKept = false;
  #retry: NodeJS.Timeout | null = null;

  constructor(store: Store, options: EventLogOptions = {}) {
    this.#store = store;
    this.#options = options;
  }

  /** Events that are in memory only. */
  get waiting(): number {
    return this.#waiting.length;
  }

  append(event: NewEvent): void {
    const dated = { at: new Date().toISOString(), ...event };
    if (this.#waiting.length === 0 && this.#write([dated])) return;
    if (this.#waiting.length < WAITING_MAXIMUM_EVENTS) this.#waiting.push(dated);
    else this.#lose(dated);
    this.#tryLater();
    // Who looks at it now is to see what happened.
    if (event.ownerId !== undefined && event.subject != null) this.changed("guest", event.subject);
  }

  changed(what: Changed["what"], id: string): void {
    this.#tell({ type: "changed", what, id });
  }

  /** Calls `listener` with all news until the function returned is called. The listener must not throw. */
  onNews(listener: (news: News) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes up what an earlier server had to leave in a file. Called once, before anything is appended. */
  takeUpKept(): void {
    this.#waiting.push(...(this.#options.kept?.read() ?? []));
    this.#isKept = this.#waiting.length > 0;
    if (this.#isKept) this.#writeWaiting();
  }

  /**
   * Stores what waits, or else keeps it in a file for the next start. Where that cannot be written either it is told to the
   * log, which is all that is left. Idempotent.
   */
  close(): void {
    while (this.#waiting.length > 0 && this.#writePiece());
    clearTimeout(this.#retry ?? undefined);
    if (this.#waiting.length === 0) return;
    try {
      this.#options.kept?.keep(this.#waiting);
    } catch (error) {
      this.#options.log?.error({ err: error }, "events cannot be kept for the next start either");
      for (const event of this.#waiting) this.#lose(event);
    }
    this.#waiting.length = 0;
  }

  #writeWaiting(): void {
    if (!this.#writePiece()) this.#tryLater();
    else if (this.#waiting.length > 0) setImmediate(() => this.#writeWaiting());
  }

  /** The oldest of those that wait. */
  #writePiece(): boolean {
    const piece = this.#waiting.slice(0, PIECE_EVENTS);
    if (!this.#write(piece)) return false;
    this.#waiting.splice(0, piece.length);
    if (this.#waiting.length === 0) this.#allWritten();
    return true;
  }

  #allWritten(): void {
    if (this.#isKept) this.#options.kept?.forget();
    this.#isKept = false;
    const lost = this.#lost;
    this.#lost = 0;
    if (lost === 0) return;
    const message = `${lost} events were lost, since more waited than ${WAITING_MAXIMUM_EVENTS} while the database could not be written. The server's log has them`;
    this.append({ type: "audit.lost", result: "failed", message, data: { lost } });
  }

  /** All of them or none. False: the database takes nothing now. */
  #write(events: readonly NewEvent[]): boolean {
    try {
      const [first, ...others] = events;
      if (first === undefined) return true;
      const append = (event: NewEvent) => this.#store.events.append(event).event;
      // One needs no transaction, and may be part of somebody else's.
      const appended = others.length === 0 ? [append(first)] : this.#store.transaction(() => events.map(append));
      for (const event of appended) this.#tell({ type: "appended", event });
    } catch (error) {
      if (storeFailureOf(error) === null) throw error;
      return false;
    }
    this.#store.durable().catch((error: unknown) => {
      this.#options.log?.error({ err: error }, "events may not outlast a power cut: the disk does not take them");
    });
    return true;
  }

  #tryLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = null;
      this.#writeWaiting();
    }, RETRY_EVERY_MS).unref();
  }

  #lose(event: NewEvent): void {
    this.#lost += 1;
    this.#options.log?.error({ event }, "an event is lost to the audit log");
  }

  #tell(news: News): void {
    for (const listener of this.#listeners) listener(news);
  }
}
