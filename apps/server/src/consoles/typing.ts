import { CorralError, type GuestTyping, type GuestTypingChanges } from "@corral/contracts";
import type { GuestRecord, Store } from "@corral/store";
import type { Supervisor } from "@corral/supervisor";
import type { EventLog } from "../events/eventLog.ts";
import { authorOf, type Caller } from "../people/caller.ts";

/** Who may type into which console together, and whether what is typed is recorded. */
export class Typing {
  readonly #store: Store;
  readonly #supervisor: Supervisor;
  readonly #events: EventLog;

  constructor(store: Store, supervisor: Supervisor, events: EventLog) {
    this.#store = store;
    this.#supervisor = supervisor;
    this.#events = events;
  }

  /** Tells the supervisor what is stored. Called once, after every guest was defined. */
  applyAll(): void {
    for (const { id } of this.#store.guests.list()) this.#supervisor.setTyping(id, this.#store.typing.of(id));
  }

  of({ id }: GuestRecord): GuestTyping {
    return this.#store.typing.of(id);
  }

  change(guest: GuestRecord, changes: GuestTypingChanges, caller: Caller): GuestTyping {
    const before = this.of(guest);
    const after: GuestTyping = {
      shared: [...new Set(changes.shared ?? before.shared)].sort(),
      recorded: changes.recorded ?? before.recorded,
    };
    const added = after.shared.filter((name) => !before.shared.includes(name));
    this.#refuseUnknown(guest, added);
    this.#store.typing.set(guest.id, after);
    this.#supervisor.setTyping(guest.id, after);

    const { name } = guest.definition;
    for (const console of added) {
      this.#tell("console.shared", guest, caller, `shared ${console} of ${name} among all who may write`, {
        console,
        shared: true,
      });
    }
    for (const console of before.shared.filter((shared) => !after.shared.includes(shared))) {
      this.#tell("console.shared", guest, caller, `no longer shares ${console} of ${name}`, { console, shared: false });
    }
    if (before.recorded !== after.recorded) {
      const did = after.recorded ? "records" : "no longer records";
      const { recorded } = after;
      this.#tell("console.recording", guest, caller, `${did} what is typed into ${name}`, { recorded });
    }
    return after;
  }

  #refuseUnknown({ id, definition }: GuestRecord, names: readonly string[]): void {
    const known = this.#supervisor.status(id).consoles.map((console) => console.name);
    const unknown = names.find((name) => !known.includes(name));
    if (unknown === undefined) return;
    const has = known.join(", ") || "none";
    throw new CorralError("not_found", `${definition.name} has no console ${unknown} to share. It has: ${has}.`);
  }

  #tell(
    type: "console.shared" | "console.recording",
    { id, ownerId }: GuestRecord,
    caller: Caller,
    did: string,
    data: Record<string, unknown>,
  ): void {
    this.#events.append({ type, ...authorOf(caller), subject: id, ownerId, message: `${caller.actor} ${did}`, data });
  }
}
