import {
  CLOSE,
  CorralError,
  endpoints,
  type newWatchLink,
  WATCH_LINKS_MAXIMUM,
  type WatchLink,
} from "@corral/contracts";
import { type GuestRecord, ifWritable, type Store, type WatchLinkRow } from "@corral/store";
import type { Supervisor } from "@corral/supervisor";
import type { WebSocket } from "ws";
import type { z } from "zod";
import { includesRight, rightOn } from "../access.ts";
import type { EventLog } from "../events/eventLog.ts";
import type { Origins } from "../origins.ts";
import { authorOf, type Caller } from "../people/caller.ts";
import { hashSecret, newSecret } from "../people/secret.ts";
import { closeSocket } from "../sockets/closeSocket.ts";
import type { Closing } from "../sockets/liveSockets.ts";

/** Node's timers hold no more than 31 bits; a link may live longer than these 24 days. */
const TIMER_MAXIMUM_MS = 2 ** 31 - 1;

const ENDED = "This link has expired or was taken back. Ask whoever gave it to you for a new one.";

/** What whoever gives a link out needs on the guest, for as long as the link is to work. */
const RIGHT_OF_MAKER = endpoints.createWatchLink.access.guest;

interface WatchLinksOptions {
  readonly store: Store;
  readonly supervisor: Supervisor;
  readonly events: EventLog;
  readonly origins: Origins;
}

/** Links by which anybody watches one console, and those who watch by them now. */
export class WatchLinks {
  readonly #store: Store;
  readonly #supervisor: Supervisor;
  readonly #events: EventLog;
  readonly #origins: Origins;
  readonly #watching = new Map<string, Set<WebSocket>>();

  constructor({ store, supervisor, events, origins }: WatchLinksOptions) {
    this.#store = store;
    this.#supervisor = supervisor;
    this.#events = events;
    this.#origins = origins;
  }

  list(guest: GuestRecord): WatchLink[] {
    return this.#liveOf(guest).map((row) => this.#shown(row));
  }

  /** Throws not_found, impossible. */
  create(
    guest: GuestRecord,
    console: string,
    { label, lifetimeS }: z.output<typeof newWatchLink>,
    caller: Caller,
  ): WatchLink & { readonly url: string } {
    const { name } = guest.definition;
    if (!this.#supervisor.status(guest.id).consoles.some((known) => known.name === console)) {
      throw new CorralError("not_found", `${name} has no console ${console} that could be watched.`);
    }
    this.#store.watchLinks.deleteExpired();
    if (this.#liveOf(guest).length >= WATCH_LINKS_MAXIMUM) {
      throw new CorralError(
        "impossible",
        `${name} has ${WATCH_LINKS_MAXIMUM} watch-only links already. Take one back that nobody needs any more.`,
      );
    }
    const secret = newSecret();
    const row = this.#store.watchLinks.insert({
      guestId: guest.id,
      console,
      label,
      hash: hashSecret(secret),
      createdBy: caller.user.name,
      createdById: this.#store.users.find(caller.user.id)?.id ?? null,
      expiresAt: new Date(Date.now() + lifetimeS * 1000).toISOString(),
    });
    this.#tell("console.link-created", guest, row, caller, "gave out");
    return { ...this.#shown(row), url: `${this.#origins.first}/watch#${secret}` };
  }

  /** Takes a link back and cuts off who watches by it. Throws link_ended. */
  delete(guest: GuestRecord, id: string, caller: Caller): void {
    const row = this.#store.watchLinks.delete(id, guest.id);
    if (row === null) throw new CorralError("link_ended", "There is no such link. It may have expired.");
    for (const socket of this.#watching.get(id) ?? []) closeSocket(socket, CLOSE.linkEnded, ENDED);
    this.#tell("console.link-deleted", guest, row, caller, "took back");
  }

  /** Throws link_ended: also for a link that never was. */
  open(secret: string): { readonly link: WatchLinkRow; readonly guest: GuestRecord } {
    const link = this.#store.watchLinks.findByHash(hashSecret(secret));
    const guest = link === null ? null : this.#guestOf(link);
    if (link === null || guest === null) throw new CorralError("link_ended", ENDED);
    return { link, guest };
  }

  /** Why whoever watches by this link may do so no longer; null: they may. */
  closingOf({ id }: WatchLinkRow): Closing | null {
    const link = this.#store.watchLinks.find(id);
    const isGood = link !== null && this.#guestOf(link) !== null;
    return isGood ? null : { code: CLOSE.linkEnded, reason: ENDED };
  }

  /** Closes this socket when the link ends. */
  watch({ id, expiresAt }: WatchLinkRow, socket: WebSocket): void {
    const sockets = this.#watching.get(id) ?? new Set();
    this.#watching.set(id, sockets.add(socket));
    let timer: NodeJS.Timeout;
    const wait = () => {
      const left = Date.parse(expiresAt) - Date.now();
      if (left <= 0) closeSocket(socket, CLOSE.linkEnded, ENDED);
      else timer = setTimeout(wait, Math.min(left, TIMER_MAXIMUM_MS)).unref();
    };
    wait();
    socket.once("close", () => {
      clearTimeout(timer);
      sockets.delete(socket);
      if (sockets.size === 0) this.#watching.delete(id);
    });
  }

  /** Null: it is gone, or was taken from whoever made the link. */
  #guestOf(link: WatchLinkRow): GuestRecord | null {
    const guest = this.#store.guests.find(link.guestId);
    return guest !== null && this.#isBacked(link, guest) ? guest : null;
  }

  /** Whether who made it may still give out such a link: nobody else answers for it. */
  #isBacked({ createdById }: WatchLinkRow, guest: GuestRecord): boolean {
    if (createdById === null) return true;
    const user = this.#store.users.find(createdById);
    if (user === null || user.disabledAt !== null) return false;
    return includesRight(rightOn(guest, { user }), RIGHT_OF_MAKER);
  }

  /** Without those whose maker has lost the guest, which end here for good. */
  #liveOf(guest: GuestRecord): WatchLinkRow[] {
    return this.#store.watchLinks.listOf(guest.id).filter((row) => {
      const isBacked = this.#isBacked(row, guest);
      if (!isBacked) ifWritable(() => this.#store.watchLinks.delete(row.id, guest.id));
      return isBacked;
    });
  }

  #shown({ id, console, label, createdBy, createdAt, expiresAt }: WatchLinkRow): WatchLink {
    const viewers = this.#watching.get(id)?.size ?? 0;
    return { id, console, label, createdBy, createdAt, expiresAt, viewers };
  }

  #tell(
    type: "console.link-created" | "console.link-deleted",
    { id, ownerId, definition }: GuestRecord,
    { console, label, expiresAt, id: link }: WatchLinkRow,
    caller: Caller,
    did: string,
  ): void {
    const forWhom = label === "" ? "" : ` (${label})`;
    this.#events.append({
      type,
      ...authorOf(caller),
      subject: id,
      ownerId,
      message: `${caller.actor} ${did} a link to watch ${console} of ${definition.name}${forWhom}`,
      data: { console, link, label, expiresAt },
    });
  }
}
