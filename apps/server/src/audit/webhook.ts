import type { WebhookState } from "@corral/contracts";
import { type Store, whenUnlocked } from "@corral/store";
import type { FastifyBaseLogger } from "fastify";
import { z } from "zod";
import type { EventLog } from "../events/eventLog.ts";
import { newSecret } from "../people/secret.ts";
import { postSigned } from "./postSigned.ts";
import { checkWebhookUrl } from "./webhookAddress.ts";

/** Events in one delivery. */
const BATCH_EVENTS = 100;
/** With more than this waiting the oldest are given up: an address that is gone for good must not cost for ever. */
const WAITING_MAXIMUM_EVENTS = 10_000;
const FIRST_WAIT_MS = 1_000;
/** How long it waits for another process to let go of the database to say there what was taken; else that comes twice. */
const DELIVERED_PATIENCE_MS = 60_000;
const LONGEST_WAIT_MS = 5 * 60_000;

const TARGET = "audit.webhook";
const DELIVERED = "audit.webhookDelivered";

const target = z.object({ url: z.string(), internal: z.boolean(), secret: z.string() });

/**
 * Sends every event to the address that an admin has set. The store is the queue: only the number of the last event that
 * was taken is kept, also over a restart, so that none is lost while the other side is away for a while.
 */
export class Webhook {
  readonly #store: Store;
  readonly #events: EventLog;
  readonly #log: FastifyBaseLogger;
  readonly #stopListening: () => void;
  readonly #closing = new AbortController();
  readonly #firstWaitMs: number;
  #isSending = false;
  #retry: NodeJS.Timeout | null = null;
  #failure: WebhookState["failure"] = null;
  #lastSuccessAt: string | null = null;
  #skipped = 0;

  constructor(store: Store, events: EventLog, log: FastifyBaseLogger, firstWaitMs = FIRST_WAIT_MS) {
    this.#store = store;
    this.#events = events;
    this.#log = log;
    this.#firstWaitMs = firstWaitMs;
    this.#stopListening = events.onNews(({ type }) => {
      if (type === "appended") this.#wake();
    });
    this.#wake();
  }

  get state(): WebhookState | null {
    const set = this.#target;
    if (set === null) return null;
    const { url, internal } = set;
    const waiting = Math.max(0, this.#store.events.newest() - this.#delivered);
    return {
      url,
      internal,
      waiting,
      skipped: this.#skipped,
      lastSuccessAt: this.#lastSuccessAt,
      failure: this.#failure,
    };
  }

  /** The secret with which deliveries are signed from now on. Throws `impossible` for an address that may not be. */
  set({ url, internal }: { readonly url: string; readonly internal: boolean }): string {
    checkWebhookUrl(url, internal);
    const secret = newSecret();
    this.#forget();
    this.#store.transaction(() => {
      this.#store.settings.set(DELIVERED, this.#store.events.newest());
      this.#store.settings.set(TARGET, { url, internal, secret });
    });
    return secret;
  }

  /** Whether there was one. */
  remove(): boolean {
    const was = this.#target !== null;
    this.#forget();
    this.#store.settings.delete(TARGET);
    return was;
  }

  close(): void {
    this.#stopListening();
    clearTimeout(this.#retry ?? undefined);
    this.#closing.abort();
  }

  #forget(): void {
    clearTimeout(this.#retry ?? undefined);
    this.#retry = null;
    this.#failure = null;
    this.#lastSuccessAt = null;
    this.#skipped = 0;
  }

  get #target() {
    return this.#store.settings.get(TARGET, target);
  }

  get #delivered(): number {
    return this.#store.settings.get(DELIVERED, z.int()) ?? this.#store.events.newest();
  }

  #wake(): void {
    if (this.#isSending || this.#retry !== null || this.#closing.signal.aborted) return;
    this.#isSending = true;
    setImmediate(() => {
      this.#sendAll()
        .catch((error) => this.#log.warn({ err: error }, "the webhook could not be served"))
        .finally(() => {
          this.#isSending = false;
        });
    });
  }

  async #sendAll(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const set = this.#target;
      if (set === null) return;
      this.#skipOldest();
      const events = this.#store.events.after(this.#delivered, BATCH_EVENTS);
      const last = events.at(-1)?.seq;
      if (last === undefined) return;
      try {
        await postSigned({ ...set, body: JSON.stringify({ events }), signal: this.#closing.signal });
      } catch (error) {
        if (this.#isStill(set.secret)) this.#failed(set.url, error);
        return;
      }
      if (!this.#isStill(set.secret)) continue;
      await whenUnlocked(() => {
        if (this.#isStill(set.secret)) this.#store.settings.set(DELIVERED, last);
      }, DELIVERED_PATIENCE_MS);
      this.#lastSuccessAt = new Date().toISOString();
      this.#failure = null;
    }
  }

  /** Whether this is still the webhook that is set: it may have been changed while an answer was awaited. */
  #isStill(secret: string): boolean {
    return !this.#closing.signal.aborted && this.#target?.secret === secret;
  }

  #skipOldest(): void {
    const surplus = this.#store.events.newest() - this.#delivered - WAITING_MAXIMUM_EVENTS;
    if (surplus <= 0) return;
    this.#skipped += surplus;
    this.#store.settings.set(DELIVERED, this.#delivered + surplus);
  }

  #failed(url: string, error: unknown): void {
    const attempts = (this.#failure?.attempts ?? 0) + 1;
    const waitMs = Math.min(LONGEST_WAIT_MS, this.#firstWaitMs * 2 ** (attempts - 1));
    const message = error instanceof Error ? error.message : String(error);
    const now = Date.now();
    this.#failure = {
      at: new Date(now).toISOString(),
      message,
      attempts,
      nextAttemptAt: new Date(now + waitMs).toISOString(),
    };
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#wake();
    }, waitMs).unref();
    // Once, and without the path, which may hold a password.
    if (attempts > 1) return;
    const words = `Events cannot be delivered to ${new URL(url).origin}: ${message}. It is tried again and again`;
    this.#events.append({ type: "webhook.failing", result: "failed", message: words });
  }
}
