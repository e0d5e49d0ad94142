import type { GuestState } from "@corral/contracts";
import type { NewEvent, Store } from "@corral/store";
import type { Supervisor, SupervisorEvent } from "@corral/supervisor";
import type { FastifyBaseLogger } from "fastify";
import type { EventLog } from "./eventLog.ts";

/** A guest may write as much as it likes to its /proc/mconsole; so much of it goes into the audit log. */
const MESSAGES_PER_MINUTE = 30;
const MINUTE_MS = 60_000;

/** What anything in a guest can make as many of as it likes. */
const fromGuest: ReadonlySet<SupervisorEvent["type"]> = new Set<SupervisorEvent["type"]>(["message", "notified"]);

const STATE_IN_WORDS: Record<GuestState, string> = {
  stopped: "is off",
  starting: "is being started",
  booting: "is booting",
  running: "is running",
  paused: "is paused",
  stopping: "is shutting down",
  crashed: "has crashed",
};

interface Logs {
  readonly supervisor: Supervisor;
  readonly store: Store;
  readonly events: EventLog;
  readonly log: FastifyBaseLogger;
}

/** Writes what the supervisor tells of its guests into the audit log, until the supervisor is closed. */
export const logGuestEvents = ({ supervisor, store, events, log }: Logs): void => {
  const messages = new MessageLimit();
  supervisor.onEvent((event) => {
    if (event.type === "changed") {
      events.changed("guest", event.id);
      return;
    }
    // A database that cannot be written, such as on a full disk, must not reach the guest that something happened to.
    try {
      const guest = store.guests.find(event.id);
      if (guest === null || (fromGuest.has(event.type) && !messages.allows(`${event.id} ${event.type}`))) return;
      events.append({ subject: event.id, ownerId: guest.ownerId, ...inWords(event, guest.definition.name) });
    } catch (error) {
      log.error({ err: error, event }, "an event of a guest could not be stored");
    }
  });
};

const inWords = (event: Exclude<SupervisorEvent, { type: "changed" }>, name: string): NewEvent => {
  switch (event.type) {
    case "state": {
      const { state, reason } = event;
      const because = reason === null ? "" : `: ${reason}`;
      return { type: "guest.state", message: `${name} ${STATE_IN_WORDS[state]}${because}`, data: { state, reason } };
    }
    case "boot-retried":
      return { type: "guest.boot-retried", message: `${name}: ${event.message}`, data: { attempt: event.attempt } };
    case "message":
      return { type: "guest.message", message: `${name} says: ${event.text}`, data: { text: event.text } };
    case "notified":
      return {
        type: "guest.notified",
        message: `${name}: ${event.kind === "panic" ? "kernel panic: " : ""}${event.text}`,
        data: { kind: event.kind, text: event.text },
      };
    case "console-log": {
      const { console, problem } = event;
      const message =
        problem === null
          ? `The history of ${console} of ${name} is being kept again`
          : `The history of ${console} of ${name} is not being kept: ${problem}`;
      return { type: "console.log-lost", message, data: { console, problem } };
    }
    case "warning":
      return { type: "guest.warning", message: event.message };
  }
};

/** Counts each guest's messages of the present minute, of each kind: no flood of words drowns a panic. */
class MessageLimit {
  readonly #counts = new Map<string, number>();
  #minute = 0;

  allows(source: string, now = Date.now()): boolean {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute) this.#counts.clear();
    this.#minute = minute;
    const count = (this.#counts.get(source) ?? 0) + 1;
    this.#counts.set(source, count);
    return count <= MESSAGES_PER_MINUTE;
  }
}
