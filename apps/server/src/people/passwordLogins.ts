import { type CallerWay, CorralError, impossible, type User } from "@corral/contracts";
import type { Store } from "@corral/store";
import type { EventLog } from "../events/eventLog.ts";
import type { LoginThrottle } from "./loginThrottle.ts";
import { passwordMatches } from "./password.ts";
import type { SecondFactors } from "./secondFactors.ts";

/** Where somebody tries to log in from. */
export interface Origin {
  readonly by: CallerWay;
  /** In words for people. */
  readonly from: string;
  /** What guessing is counted by: see networkOf. */
  readonly network: string;
}

/** Logins with a password, by whichever door they come. */
export class PasswordLogins {
  readonly #store: Store;
  readonly #events: EventLog;
  readonly #throttle: LoginThrottle;

  readonly #secondFactors: SecondFactors;

  constructor(store: Store, events: EventLog, throttle: LoginThrottle, secondFactors: SecondFactors) {
    this.#store = store;
    this.#events = events;
    this.#throttle = throttle;
    this.#secondFactors = secondFactors;
  }

  /**
   * Who has given this name and password, which count as a failure until a second factor follows.
   * Throws `login_failed` and `too_many_requests`.
   */
  async verifyPasswordAlone(name: string, password: string, { by, from, network }: Origin): Promise<User> {
    this.#throttle.attempt(name, network);
    const matches = await passwordMatches(this.#store.users.passwordHash(name), password);
    const user = this.#store.users.find(name);
    if (matches && user !== null) return user;
    const message = `A login as ${name} from ${from} was refused`;
    const attempt = { by, from, result: "refused", data: { name } } as const;
    this.#events.append({ type: "session.refused", ...attempt, subject: user?.id ?? null, message });
    throw new CorralError("login_failed", "Name or password is wrong.");
  }

  /**
   * Whose name and password these are. `secondFactor` is a code, for those who have set one up; null: none was given.
   * Throws `login_failed` and `too_many_requests`, and `second_factor_needed` when only that is missing.
   */
  async verifyPassword(name: string, password: string, secondFactor: string | null, origin: Origin): Promise<User> {
    const user = await this.verifyPasswordAlone(name, password, origin);
    this.#checkSecondFactor(user, secondFactor, origin);
    this.#throttle.succeeded(name, origin.network);
    if (user.disabledAt !== null) throw new CorralError("login_failed", "This account is disabled. Ask an admin.");
    return user;
  }

  /**
   * Whether this is the password of somebody who is logged in already, before they change what protects their account.
   * Throws `impossible` on the field, and `too_many_requests`.
   */
  async confirmPassword({ name }: Pick<User, "name">, field: string, password: string, network: string): Promise<void> {
    this.#throttle.attempt(name, network);
    const stored = this.#store.users.passwordHash(name);
    if (stored === null) {
      throw impossible(field, "your account has no password yet. Ask an admin for a link by which you choose one");
    }
    if (!(await passwordMatches(stored, password))) throw impossible(field, "is not your present password");
    this.#throttle.succeeded(name, network);
  }

  /** A wrong code counts as a failure, as a wrong password does: six digits are soon guessed. */
  #checkSecondFactor(user: User, code: string | null, { by, from }: Origin): void {
    const { authenticator, passkeys } = this.#secondFactors.of(user);
    if (!authenticator && !passkeys) return;
    const isGiven = code !== null && code !== "";
    if (authenticator && isGiven && this.#secondFactors.take(user, code)) return;
    if (authenticator && isGiven) {
      this.#tellRefusal(user, "the code was wrong", { by, from });
      throw new CorralError("login_failed", "The code is wrong, or was used already. Give the next one.", [
        { field: "code", message: "is wrong, or was used already; wait for the next one" },
      ]);
    }
    if (by === "ssh" && !authenticator) {
      this.#tellRefusal(user, "their second factor is a passkey, which ssh cannot ask for", { by, from });
    }
    throw secondFactorNeeded(authenticator, passkeys);
  }

  #tellRefusal({ id, name }: User, why: string, { by, from }: Pick<Origin, "by" | "from">): void {
    const message = `A login as ${name} from ${from} was refused: ${why}`;
    this.#events.append({ type: "session.refused", by, from, result: "refused", data: { name }, subject: id, message });
  }
}

/** Which ones would do stands in the details, for whoever asks next. */
const secondFactorNeeded = (authenticator: boolean, passkeys: boolean): CorralError =>
  new CorralError("second_factor_needed", `The password is right. ${nextStep(authenticator, passkeys)}`, [
    ...(authenticator
      ? [{ field: "code", message: "is needed: six digits of your authenticator, or a recovery code" }]
      : []),
    ...(passkeys ? [{ field: "passkey", message: "can be used" }] : []),
  ]);

const nextStep = (authenticator: boolean, passkeys: boolean): string => {
  if (!passkeys) return "Give a code of your authenticator too.";
  return authenticator ? "Use your passkey too, or give a code of your authenticator." : "Use your passkey too.";
};
