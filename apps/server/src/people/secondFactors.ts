import { randomInt } from "node:crypto";
import { CorralError, impossible, type User } from "@corral/contracts";
import type { Store } from "@corral/store";
import { Secret, TOTP } from "otpauth";
import { hashSecret } from "./secret.ts";

const STEP_S = 30;
/** Clocks of telephones are off by less than this many steps. */
const WINDOW = 1;
const RECOVERY_CODES = 10;
/** 50 bits each: with the throttle of logins none is found by trying. */
const RECOVERY_CHARACTERS = 10;
/** Without those that are read for one another. */
const RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

type Whom = Pick<User, "id" | "name">;

/** What logins need beside the password: authenticators (RFC 6238) with codes for when one is lost, and passkeys. */
export class SecondFactors {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Which ones somebody has. */
  of({ id }: Pick<User, "id">): { authenticator: boolean; passkeys: boolean } {
    return {
      authenticator: this.#store.users.totp(id)?.confirmed === true,
      passkeys: this.#store.passkeys.countOf(id) > 0,
    };
  }

  stateOf(user: Pick<User, "id">): { on: boolean; authenticator: boolean; recoveryCodes: number } {
    const { authenticator, passkeys } = this.of(user);
    const codes = authenticator ? this.#store.users.totp(user.id)?.recovery : undefined;
    return { on: authenticator || passkeys, authenticator, recoveryCodes: codes?.length ?? 0 };
  }

  /** A new secret, which counts once a code of it is confirmed. Throws `wrong_state` when one counts already. */
  begin(user: Whom): { secret: string; uri: string } {
    if (this.of(user).authenticator) {
      throw new CorralError("wrong_state", "You have an authenticator already. Remove it first to set up another.");
    }
    const secret = new Secret({ size: 20 });
    this.#store.users.setTotp(user.id, { secret: secret.base32, confirmed: false, lastStep: 0, recovery: [] });
    return { secret: secret.base32, uri: totpOf(secret.base32, user.name).toString() };
  }

  /** The recovery codes. Throws `wrong_state` when nothing was begun, and `impossible` for a wrong code. */
  confirm(user: Whom, code: string): string[] {
    const totp = this.#store.users.totp(user.id);
    if (totp === null || totp.confirmed) {
      throw new CorralError("wrong_state", "No authenticator is being set up. Begin anew.");
    }
    const step = stepOf(totp.secret, code);
    if (step === null) throw impossible("code", "is not the authenticator's present one; is its clock right?");
    const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
    this.#store.users.setTotp(user.id, {
      secret: totp.secret,
      confirmed: true,
      lastStep: step,
      recovery: codes.map(hashSecret),
    });
    return codes.map((one) => `${one.slice(0, 5)}-${one.slice(5)}`);
  }

  removeAuthenticator({ id }: Pick<User, "id">): void {
    this.#store.users.setTotp(id, null);
  }

  /** The password alone logs them in again. */
  removeAll({ id }: Pick<User, "id">): void {
    this.#store.transaction(() => {
      this.#store.users.setTotp(id, null);
      this.#store.passkeys.deleteOf(id);
    });
  }

  /** Whether a code is good. It is not good again. */
  take({ id }: Pick<User, "id">, given: string): boolean {
    const code = given.replace(/[\s-]/g, "").toLowerCase();
    return this.#store.transaction(() => {
      const totp = this.#store.users.totp(id);
      if (totp === null || !totp.confirmed) return false;
      const step = stepOf(totp.secret, code);
      if (step !== null && step > totp.lastStep) {
        this.#store.users.setTotp(id, { ...totp, lastStep: step });
        return true;
      }
      const left = totp.recovery.filter((hash) => hash !== hashSecret(code));
      if (left.length === totp.recovery.length) return false;
      this.#store.users.setTotp(id, { ...totp, recovery: left });
      return true;
    });
  }
}

const totpOf = (secret: string, label: string): TOTP =>
  new TOTP({
    issuer: "Corral",
    label,
    secret: Secret.fromBase32(secret),
    period: STEP_S,
    digits: 6,
    algorithm: "SHA1",
  });

/** The half minute that a code is of; null: of none near now. */
const stepOf = (secret: string, code: string): number | null => {
  const delta = totpOf(secret, "").validate({ token: code.replace(/\s/g, ""), window: WINDOW });
  return delta === null ? null : Math.floor(Date.now() / 1000 / STEP_S) + delta;
};

const newRecoveryCode = (): string =>
  Array.from({ length: RECOVERY_CHARACTERS }, () => RECOVERY_ALPHABET[randomInt(RECOVERY_ALPHABET.length)]).join("");
