import {
  CorralError,
  DISCARD_HOURS,
  DISCARDED_MAXIMUM,
  type DiscardedGuest,
  type Guest,
  guestCan,
} from "@corral/contracts";
import type { Author, GuestRecord, NewEvent, Store } from "@corral/store";
import type { Supervisor } from "@corral/supervisor";
import type { FastifyBaseLogger } from "fastify";
import { rightOn } from "../access.ts";
import type { EventLog } from "../events/eventLog.ts";
import { authorOf, type Caller } from "../people/caller.ts";
import type { Guests } from "./guests.ts";
import type { Quotas } from "./quotas.ts";

const DISCARD_MS = DISCARD_HOURS * 3_600_000;
/** How late a guest may be deleted for good. */
const SWEEP_EVERY_MS = 10 * 60_000;

interface DiscardedGuestsOptions {
  readonly store: Store;
  readonly supervisor: Supervisor;
  readonly events: EventLog;
  readonly guests: Guests;
  readonly quotas: Quotas;
  readonly log: FastifyBaseLogger;
}

/** Guests that were deleted and can be brought back for a day. Nothing else shows them. */
export class DiscardedGuests {
  readonly #store: Store;
  readonly #supervisor: Supervisor;
  readonly #events: EventLog;
  readonly #guests: Guests;
  readonly #quotas: Quotas;
  readonly #log: FastifyBaseLogger;
  readonly #timer: NodeJS.Timeout;
  /** Those that are just being deleted for good: nobody brings them back half. */
  readonly #going = new Set<string>();

  constructor({ store, supervisor, events, guests, quotas, log }: DiscardedGuestsOptions) {
    this.#log = log;
    this.#store = store;
    this.#supervisor = supervisor;
    this.#events = events;
    this.#guests = guests;
    this.#quotas = quotas;
    this.#timer = setInterval(() => void this.sweep(), SWEEP_EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Those that the caller may bring back, the oldest first. */
  list(caller: Caller): DiscardedGuest[] {
    return this.#managedBy(caller).map((guest) => this.#shown(guest));
  }

  /**
   * Rejects with `wrong_state` while it is on, `host_unfit` while a file of it cannot be read, and `quota_exceeded` when its
   * owner has too many of them.
   */
  async discard(guest: GuestRecord, caller: Caller): Promise<DiscardedGuest> {
    await this.#supervisor.takeUpMended(guest.id);
    const verdict = guestCan("delete", this.#supervisor.status(guest.id));
    if (!verdict.allowed) throw new CorralError("wrong_state", verdict.reason);
    this.#refuseTooMany(guest);
    this.#store.guests.discard(guest);
    const discarded = this.#store.guests.listDiscarded().find(({ id }) => id === guest.id);
    if (discarded === undefined) throw new CorralError("not_found", "This guest has just been deleted.");
    this.#guests.define(discarded);
    const message = `${caller.actor} deleted ${guest.definition.name}; it can be brought back for a day`;
    this.#tell("guest.discarded", guest, authorOf(caller), message);
    return this.#shown(discarded);
  }

  /** Throws `not_found`, `name_taken` when its name was given to another meanwhile, and `quota_exceeded`. */
  restore(idOrName: string, caller: Caller): Guest {
    const guest = this.#find(idOrName, caller);
    const restored = this.#store.transaction(() =>
      this.#quotas.holdFor(guest.ownerId, guest, () => this.#store.guests.restore(guest)),
    );
    this.#guests.define(restored);
    const message = `${caller.actor} brought ${guest.definition.name} back`;
    this.#tell("guest.restored", guest, authorOf(caller), message);
    return this.#guests.answer(restored, caller);
  }

  /** Throws `not_found`. */
  async deleteForGood(idOrName: string, caller: Caller): Promise<void> {
    const guest = this.#find(idOrName, caller);
    await this.#remove(guest, authorOf(caller), `${caller.actor} deleted ${guest.definition.name} for good`);
  }

  /** Deletes for good those whose day is over. */
  async sweep(now = Date.now()): Promise<void> {
    const over = this.#store.guests.listDiscarded().filter((guest) => untilOf(guest) <= now);
    for (const guest of over) {
      if (this.#going.has(guest.id)) continue;
      try {
        const message = `${guest.definition.name} was deleted for good, a day after it was deleted`;
        await this.#remove(guest, {}, message);
      } catch (error) {
        // It is tried again next time; a defect of one must not keep the others.
        if (!(error instanceof CorralError)) this.#log.error({ err: error }, "a deleted guest could not be removed");
      }
    }
  }

  #refuseTooMany({ ownerId, definition }: GuestRecord): void {
    const theirs = this.#store.guests.ownedBy([ownerId]).filter(({ discardedAt }) => discardedAt !== null);
    if (theirs.length < DISCARDED_MAXIMUM) return;
    throw new CorralError(
      "quota_exceeded",
      `${definition.owner} has ${theirs.length} deleted guests that can be brought back, as many as one may. Delete some of ` +
        "those for good, in the page or with corral delete --for-good, or wait: each goes by itself after a day.",
    );
  }

  async #remove(guest: GuestRecord, author: Author, message: string): Promise<void> {
    this.#going.add(guest.id);
    try {
      await this.#supervisor.remove(guest.id, () => this.#store.guests.delete(guest.id));
    } finally {
      this.#going.delete(guest.id);
    }
    this.#tell("guest.deleted", guest, author, message);
  }

  /** Whoever may delete a guest may also bring it back. */
  #managedBy(caller: Caller): GuestRecord[] {
    // A token's limits are in who may call at all.
    const { limits: _, ...person } = caller;
    return this.#store.guests
      .listDiscarded()
      .filter((guest) => !this.#going.has(guest.id) && rightOn(guest, person) === "manage");
  }

  #find(idOrName: string, caller: Caller): GuestRecord {
    const managed = this.#managedBy(caller);
    const byId = managed.find(({ id }) => id === idOrName);
    if (byId !== undefined) return byId;
    const named = managed.filter(({ definition }) => definition.name === idOrName);
    const [only] = named;
    if (only === undefined) {
      throw new CorralError("not_found", "There is no such deleted guest. Its day may be over.");
    }
    if (named.length > 1) {
      const ids = named.map(({ id, discardedAt }) => `${id} (deleted ${discardedAt})`).join(", ");
      throw new CorralError(
        "impossible",
        `${named.length} guests named ${idOrName} were deleted. Say which by id: ${ids}.`,
      );
    }
    return only;
  }

  #shown(guest: GuestRecord): DiscardedGuest {
    const { id, definition, discardedAt } = guest;
    return {
      id,
      name: definition.name,
      owner: definition.owner,
      discardedAt: discardedAt ?? "",
      until: new Date(untilOf(guest)).toISOString(),
      diskMiB: this.#quotas.diskMiB(guest),
    };
  }

  #tell(type: NewEvent["type"], { id, ownerId }: GuestRecord, author: Author, message: string): void {
    this.#events.append({ type, ...author, subject: id, ownerId, message });
  }
}

const untilOf = ({ discardedAt }: GuestRecord): number => Date.parse(discardedAt ?? "") + DISCARD_MS;
