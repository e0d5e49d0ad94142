import type { GuestRecord, Store } from "@corral/store";
import type { FastifyRequest } from "fastify";
import type { Caller } from "./caller.ts";
import { hashSecret, newSecret } from "./secret.ts";

/** Long enough to open a socket, too short to be found in a log and used. */
const LIFETIME_MS = 30_000;
/** Tickets that were given out and not used; beyond it the oldest is worth nothing. */
const TICKETS_MAXIMUM = 10_000;

interface Ticket {
  readonly caller: Caller;
  readonly guestId: string;
  readonly console: string;
  readonly expires: number;
}

/**
 * Tickets for one console, one use and half a minute, for browsers that hold a token: they cannot send it in a header
 * when they open a WebSocket, and in an address it would be written into logs.
 */
export class Tickets {
  readonly #store: Store;
  /** By the hash of their secret, oldest first. */
  readonly #tickets = new Map<string, Ticket>();

  constructor(store: Store) {
    this.#store = store;
  }

  create(caller: Caller, guest: GuestRecord, console: string, now = Date.now()): { ticket: string; expiresAt: string } {
    for (const [hash, { expires }] of this.#tickets) {
      if (expires > now && this.#tickets.size < TICKETS_MAXIMUM) break;
      this.#tickets.delete(hash);
    }
    const ticket = newSecret();
    const expires = now + LIFETIME_MS;
    this.#tickets.set(hashSecret(ticket), { caller, guestId: guest.id, console, expires });
    return { ticket, expiresAt: new Date(expires).toISOString() };
  }

  /** Takes the ticket of a socket's request, whatever comes of it. Null: it is none, or not for this console. */
  take(request: FastifyRequest, now = Date.now()): Caller | null {
    const hash = hashSecret(ticketOf(request) ?? "");
    const found = this.#tickets.get(hash);
    this.#tickets.delete(hash);
    const { id, name } = request.params as { id?: unknown; name?: unknown };
    const isForThis = found?.console === name && this.#store.guests.find(String(id))?.id === found?.guestId;
    return found !== undefined && isForThis && found.expires > now ? found.caller : null;
  }
}

/** Of a WebSocket's address; null: it has none. */
export const ticketOf = ({ ws, query }: FastifyRequest): string | null => {
  const { ticket } = (query ?? {}) as { ticket?: unknown };
  return ws && typeof ticket === "string" ? ticket : null;
};
