import { CorralError, DISCARD_HOURS, type DiscardedGuest, type Guest, guestCan } from "@corral/contracts";
import type { GuestRecord, Store } from "@corral/store";
import type { Supervisor } from "@corral/supervisor";
import type { EventLog } from "../events/eventLog.ts";
import { authorOf, type Caller } from "../people/caller.ts";
import type { Guests } from "./guests.ts";

const DISCARD_MS = DISCARD_HOURS * 3_600_000;
/** How late a guest may be deleted for good. */
const SWEEP_EVERY_MS = 10 * 60_000;

/** Guests that were deleted and can be brought back for a day. Nothing else shows them. */
export class DiscardedGuests {
  readonly #store: Store;
  readonly #supervisor: Supervisor;
  readonly #events: EventLog;
  readonly #guests: Guests;
  readonly #timer: NodeJS.Timeout;

  constructor(store: Store, supervisor: Supervisor, events: EventLog, guests: Guests) {
    this.#store = store;
    this.#supervisor = supervisor;
    this.#events = events;
    this.#guests = guests;
    this.#timer = setInterval(() => void this.sweep(), SWEEP_EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Of whom the caller may bring back: their own, or for operators all. */
  list(caller: Caller): DiscardedGuest[] {
    return this.#visibleTo(caller).map(shown);
  }

  /** Throws `wrong_state` while it is on. */
  discard(guest: GuestRecord, caller: Caller): DiscardedGuest {
    const verdict = guestCan("delete", this.#supervisor.status(guest.id));
    if (!verdict.allowed) throw new CorralError("wrong_state", verdict.reason);
    this.#store.guests.discard(guest);
    const discarded = this.#store.guests.listDiscarded().find(({ id }) => id === guest.id);
    if (discarded === undefined) throw new CorralError("not_found", "This guest has just been deleted.");
    this.#guests.define(discarded);
    const { name } = guest.definition;
    this.#tell("guest.discarded", guest, caller, `${caller.actor} deleted ${name}; it can be brought back for a day`);
    return shown(discarded);
  }

  /** Throws `not_found`, and `name_taken` when its name was given to another meanwhile. */
  restore(id: string, caller: Caller): Guest {
    const guest = this.#find(id, caller);
    const restored = this.#store.guests.restore(guest);
    this.#guests.define(restored);
    this.#tell("guest.restored", guest, caller, `${caller.actor} brought ${guest.definition.name} back`);
    return this.#guests.answer(restored, caller);
  }

  /** Throws `not_found`. */
  async delete(id: string, caller: Caller): Promise<void> {
    await this.#guests.delete(this.#find(id, caller), caller);
  }

  /** Deletes for good those whose day is over. */
  async sweep(now = Date.now()): Promise<void> {
    const over = this.#store.guests.listDiscarded().filter((guest) => Date.parse(shown(guest).until) <= now);
    for (const { id, ownerId, definition } of over) {
      try {
        await this.#supervisor.remove(id);
        this.#store.guests.delete(id);
        const message = `${definition.name} was deleted for good, a day after it was deleted`;
        this.#events.append({ type: "guest.deleted", subject: id, ownerId, message });
      } catch (error) {
        // It is tried again next time; a defect of one must not keep the others.
        if (!(error instanceof CorralError)) throw error;
      }
    }
  }

  #visibleTo({ user }: Caller): GuestRecord[] {
    return this.#store.guests.listDiscarded().filter(({ ownerId }) => user.role !== "user" || ownerId === user.id);
  }

  #find(id: string, caller: Caller): GuestRecord {
    const guest = this.#visibleTo(caller).find((one) => one.id === id || one.definition.name === id);
    if (guest === undefined) throw new CorralError("not_found", "There is no such deleted guest. Its day may be over.");
    return guest;
  }

  #tell(type: "guest.discarded" | "guest.restored", guest: GuestRecord, caller: Caller, message: string): void {
    this.#events.append({ type, ...authorOf(caller), subject: guest.id, ownerId: guest.ownerId, message });
  }
}

const shown = ({ id, definition, discardedAt }: GuestRecord): DiscardedGuest => ({
  id,
  name: definition.name,
  owner: definition.owner,
  discardedAt: discardedAt ?? "",
  until: new Date(Date.parse(discardedAt ?? "") + DISCARD_MS).toISOString(),
});
