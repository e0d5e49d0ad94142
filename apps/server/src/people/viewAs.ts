import { CorralError } from "@corral/contracts";
import type { EventLog } from "../events/eventLog.ts";
import type { Accounts } from "./accounts.ts";
import { authorOf, type Caller } from "./caller.ts";

/** A page asks again and again while it is looked at: after a pause of this length it is another look, and an event. */
const LOOK_PAUSE_MS = 15 * 60_000;
/** Looks that are remembered. Beyond it the oldest is forgotten, and its next request is an event again. */
const LOOKS_MAXIMUM = 1000;

/** Admins who look with somebody else's eyes. Nothing is ever done as that user. */
export class ViewAs {
  readonly #accounts: Accounts;
  readonly #events: EventLog;
  /** When each admin last looked as each user. */
  readonly #looks = new Map<string, number>();

  constructor(accounts: Accounts, events: EventLog) {
    this.#accounts = accounts;
    this.#events = events;
  }

  /** Whom a request is about. Throws `not_allowed` for anybody but an admin and the user themself, and `not_found`. */
  userOf(idOrName: string | undefined, { user }: Caller): Caller["user"] {
    if (idOrName === undefined || idOrName === user.name || idOrName === user.id) return user;
    if (user.role !== "admin") throw new CorralError("not_allowed", "Only an admin may see what somebody else sees.");
    return this.#accounts.find(idOrName);
  }

  /** Whose eyes a request is answered for. Throws as `userOf` does. */
  eyesOf(idOrName: string | undefined, caller: Caller): Caller {
    const seen = this.userOf(idOrName, caller);
    if (seen.id === caller.user.id) return caller;
    if (this.#begins(`${caller.user.id} ${seen.id}`)) {
      const message = `${caller.actor} looked at what ${seen.name} sees`;
      this.#events.append({ type: "user.viewed", ...authorOf(caller), subject: seen.id, message });
    }
    return { ...caller, user: seen };
  }

  #begins(look: string, now = Date.now()): boolean {
    const last = this.#looks.get(look);
    this.#looks.delete(look);
    this.#looks.set(look, now);
    const [oldest] = this.#looks.keys();
    if (this.#looks.size > LOOKS_MAXIMUM && oldest !== undefined) this.#looks.delete(oldest);
    return last === undefined || now - last > LOOK_PAUSE_MS;
  }
}
