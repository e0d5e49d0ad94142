import type { EventType, ViewerRole } from "@corral/contracts";
import type { EventLog } from "../events/eventLog.ts";
import { authorOf, type Caller } from "../people/caller.ts";

/** Whose console it is. */
export interface Visited {
  readonly id: string;
  readonly ownerId?: string;
  readonly definition: { readonly name: string };
}

export interface Visit {
  readonly events: EventLog;
  readonly guest: Visited;
  readonly consoleName: string;
  readonly caller: Caller;
}

/** Writes into the audit log who comes to a console, takes control of it and leaves it, whichever way they came. */
export class VisitEvents {
  readonly #visit: Visit;

  constructor(visit: Visit) {
    this.#visit = visit;
  }

  attached(role: ViewerRole): void {
    this.#tell("console.attached", "attached to", { role });
  }

  taken(): void {
    this.#tell("console.taken", "took control of");
  }

  left(typedBytes: number): void {
    this.#tell("console.detached", "left", { typedBytes });
  }

  #tell(type: EventType, did: string, data: Record<string, unknown> = {}): void {
    const { events, guest, consoleName, caller } = this.#visit;
    events.append({
      type,
      ...authorOf(caller),
      subject: guest.id,
      ...(guest.ownerId === undefined ? {} : { ownerId: guest.ownerId }),
      message: `${caller.actor} ${did} ${consoleName} of ${guest.definition.name}`,
      data: { console: consoleName, ...data },
    });
  }
}
