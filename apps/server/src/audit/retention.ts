import { setImmediate as nextTurn } from "node:timers/promises";
import { auditSettings, RETENTION_DAYS_DEFAULT } from "@corral/contracts";
import type { Store } from "@corral/store";
import type { FastifyBaseLogger } from "fastify";
import type { EventLog } from "../events/eventLog.ts";

const RUN_EVERY_MS = 3_600_000;
/** Events deleted by one statement, between which requests are answered. */
const PIECE_EVENTS = 500;
/** Events deleted by one run; the next one goes on. */
const RUN_EVENTS_MAXIMUM = 100_000;
/** However young they are: a search reads all of them. */
const EVENTS_MAXIMUM = 1_000_000;
const DAY_MS = 24 * 3_600_000;

const NAME = "audit.retentionDays";

/** Deletes events that are older than an admin wants them kept. */
export class Retention {
  readonly #store: Store;
  readonly #events: EventLog;
  readonly #log: FastifyBaseLogger;
  readonly #timer: NodeJS.Timeout;
  #isClosed = false;

  constructor(store: Store, events: EventLog, log: FastifyBaseLogger) {
    this.#store = store;
    this.#events = events;
    this.#log = log;
    this.#timer = setInterval(() => void this.#runQuietly(), RUN_EVERY_MS).unref();
  }

  get days(): number {
    return this.#store.settings.get(NAME, auditSettings.shape.retentionDays) ?? RETENTION_DAYS_DEFAULT;
  }

  set days(days: number) {
    this.#store.settings.set(NAME, days);
    void this.#runQuietly();
  }

  /** How many it deleted. */
  async run(now = Date.now()): Promise<number> {
    const { days } = this;
    const olderThan = new Date(now - days * DAY_MS).toISOString();
    const upTo = this.#store.events.newest() - EVENTS_MAXIMUM;
    let deleted = 0;
    for (let piece = PIECE_EVENTS; piece === PIECE_EVENTS && deleted < RUN_EVENTS_MAXIMUM && !this.#isClosed; ) {
      piece = this.#store.events.prune(olderThan, PIECE_EVENTS, upTo);
      deleted += piece;
      await nextTurn();
    }
    if (deleted > 0) {
      const message = `${deleted} events were deleted: they are kept for ${days} days, and ${EVENTS_MAXIMUM} of them at most`;
      this.#events.append({ type: "audit.pruned", message, data: { deleted, days } });
    }
    return deleted;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  async #runQuietly(): Promise<void> {
    try {
      await this.run();
    } catch (error) {
      this.#log.warn({ err: error }, "old events could not be deleted");
    }
  }
}
