import type { ExecAnswer, ExecRequest } from "@corral/contracts";
import type { GuestRecord } from "@corral/store";
import type { CommandStream, CommandStreamEnd, Supervisor } from "@corral/supervisor";
import type { EventLog } from "../events/eventLog.ts";
import { authorOf, type Caller } from "../people/caller.ts";
import { shown } from "./shown.ts";

/** Of a command, so much is kept in its event: what was meant, not what it was given. */
const EVENT_WORDS = 4;

interface Use {
  readonly guest: GuestRecord;
  readonly caller: Caller;
}

/** Commands in guests, by whoever was found to have the right to manage them. Each is an event. All reject with CorralError. */
export class GuestCommands {
  readonly #supervisor: Supervisor;
  readonly #events: EventLog;

  constructor(supervisor: Supervisor, events: EventLog) {
    this.#supervisor = supervisor;
    this.#events = events;
  }

  /** Resolves when it has ended, with what it printed. */
  async run({ guest, caller }: Use, request: ExecRequest, signal: AbortSignal): Promise<ExecAnswer> {
    const inside = this.#supervisor.inside(guest.id);
    this.#tell({ guest, caller }, request.command);
    return inside.exec(request, signal);
  }

  /** Its input and output come and go while it runs. When the signal comes it is ended, with all its children. */
  async stream({ guest, caller }: Use, request: CommandStream): Promise<CommandStreamEnd> {
    const inside = this.#supervisor.inside(guest.id);
    this.#tell({ guest, caller }, request.words);
    return inside.stream(request);
  }

  /** Before it is run, since it may be the last thing that the guest ever does. */
  #tell({ guest, caller }: Use, words: readonly string[]): void {
    const command = shown(words.slice(0, EVENT_WORDS).join(" "));
    this.#events.append({
      type: "guest.exec",
      ...authorOf(caller),
      subject: guest.id,
      ownerId: guest.ownerId,
      message: `${caller.actor} ran ${command} in ${guest.definition.name}`,
      data: { command },
    });
  }
}
