import { CorralError, type PasskeyAssertion, type PasskeyRequest, type User } from "@corral/contracts";
import type { Store } from "@corral/store";
import type { EventLog } from "../events/eventLog.ts";
import type { LoginThrottle } from "./loginThrottle.ts";
import type { Passkeys } from "./passkeys.ts";
import type { Origin, PasswordLogins } from "./passwordLogins.ts";

interface PasskeyLoginsOptions {
  readonly store: Store;
  readonly events: EventLog;
  readonly throttle: LoginThrottle;
  readonly passkeys: Passkeys;
  readonly passwordLogins: PasswordLogins;
}

/** Logins with a passkey: after the password, or alone. */
export class PasskeyLogins {
  readonly #store: Store;
  readonly #events: EventLog;
  readonly #throttle: LoginThrottle;
  readonly #passkeys: Passkeys;
  readonly #passwordLogins: PasswordLogins;

  constructor({ store, events, throttle, passkeys, passwordLogins }: PasskeyLoginsOptions) {
    this.#store = store;
    this.#events = events;
    this.#throttle = throttle;
    this.#passkeys = passkeys;
    this.#passwordLogins = passwordLogins;
  }

  /** What a passkey is to sign. Throws as the login by password does, and `wrong_state` for who has no passkey. */
  async begin(account: { name: string; password: string } | undefined, origin: Origin): Promise<PasskeyRequest> {
    if (account === undefined) return this.#passkeys.ask("alone");
    const user = await this.#passwordLogins.verifyPasswordAlone(account.name, account.password, origin);
    if (this.#store.passkeys.countOf(user.id) > 0) return this.#passkeys.ask({ beside: user });
    throw new CorralError(
      "wrong_state",
      "Your account has no passkey. Log in without one, and add it on the page Account.",
    );
  }

  /**
   * Whose login this is. Throws `login_failed`. Nothing here can be guessed, so that only the password before it counts
   * as an attempt, and it is forgotten only now.
   */
  async finish(response: PasskeyAssertion, origin: Origin): Promise<{ user: User; way: string }> {
    const row = this.#store.passkeys.find(response.id);
    const user = row === null ? null : this.#store.users.find(row.userId);
    const asked = this.#passkeys.take(response);
    if (asked === null) {
      throw this.#refusal(user, origin, "was used already, or came too late", "Begin the login again.");
    }
    if (row === null || user === null) {
      throw this.#refusal(null, origin, "is of a passkey that is nobody's here", "Log in with name and password.");
    }
    const counter = await this.#passkeys.check(row, response, asked);
    if (counter === null) {
      throw this.#refusal(user, origin, "is not good here", "Try again, or with another passkey.");
    }
    if (!this.#store.passkeys.use(row.id, counter)) {
      const what = "has counted fewer uses than before, so that there may be a copy of it";
      throw this.#refusal(user, origin, what, `Remove the passkey ${row.label} and add it anew.`);
    }
    this.#throttle.succeeded(user.name, origin.network);
    if (user.disabledAt !== null) throw new CorralError("login_failed", "This account is disabled. Ask an admin.");
    return { user, way: asked.use === "alone" ? `passkey ${row.label}` : `password and passkey ${row.label}` };
  }

  #refusal(user: User | null, { by, from }: Origin, what: string, next: string): CorralError {
    const message = `A login as ${user?.name ?? "somebody"} from ${from} was refused: what the passkey answered ${what}`;
    this.#events.append({ type: "session.refused", by, from, result: "refused", subject: user?.id ?? null, message });
    return new CorralError("login_failed", `What the passkey answered ${what}. ${next}`);
  }
}
