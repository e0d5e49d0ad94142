import {
  CorralError,
  impossible,
  PASSKEYS_MAXIMUM,
  type PasskeyAssertion,
  type PasskeyCreation,
  type PasskeyRegistration,
  type PasskeyRequest,
  type User,
} from "@corral/contracts";
import type { PasskeyRow, Store } from "@corral/store";
import type { Origins } from "../origins.ts";
import { ALGORITHMS, challengeOf, countSignedBy, registeredBy } from "./passkeyAnswers.ts";
import { CHALLENGE_LIFETIME_MS, PasskeyChallenges } from "./passkeyChallenges.ts";
import { type RelyingParty, relyingPartyOf } from "./relyingParty.ts";
import { newSecret } from "./secret.ts";

/**
 * What somebody proves with a passkey. Beside their password it is enough that somebody touches it; alone, it must have
 * checked a finger or a PIN, so that there are two factors still.
 */
export type PasskeyUse = { readonly beside: Pick<User, "id"> } | "alone";

interface PasskeyQuestion {
  readonly use: PasskeyUse;
  readonly challenge: string;
}

const publicKey = "public-key" as const;

/**
 * Passkeys (WebAuthn). They are made for a name of this server, and sign where they were used: a page that only looks
 * like this one gets nothing that is good here.
 */
export class Passkeys {
  readonly #store: Store;
  readonly #origins: Origins;
  /** Users who add one, by their id. */
  readonly #registrations = new PasskeyChallenges<string>();
  /** Those who gave their password have a list of their own, which no stranger can fill. */
  readonly #secondFactors = new PasskeyChallenges<PasskeyUse>();
  readonly #logins = new PasskeyChallenges<PasskeyUse>();

  constructor(store: Store, origins: Origins) {
    this.#store = store;
    this.#origins = origins;
  }

  /** Where they work; null: nowhere. */
  get address(): string | null {
    return relyingPartyOf(this.#origins.all)?.origins[0] ?? null;
  }

  /** What an authenticator makes a passkey from. Throws `impossible`, and `host_unfit` without a name. */
  begin({ id, name }: Pick<User, "id" | "name">): PasskeyCreation {
    const party = this.#party();
    const mine = this.#store.passkeys.listOf(id);
    refuseTooMany(mine.length);
    const challenge = newSecret();
    this.#registrations.add(challenge, id);
    return {
      rp: { id: party.id, name: "Corral" },
      user: { id: Buffer.from(id).toString("base64url"), name, displayName: name },
      challenge,
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: publicKey, alg })),
      timeout: CHALLENGE_LIFETIME_MS,
      excludeCredentials: mine.map(descriptorOf),
      authenticatorSelection: { residentKey: "preferred", userVerification: "preferred" },
      attestation: "none",
    };
  }

  /** Keeps what the authenticator made. Throws `wrong_state` for what was not asked for, `impossible` and `name_taken`. */
  async create({ id }: Pick<User, "id">, label: string, answer: PasskeyRegistration): Promise<PasskeyRow> {
    const party = this.#party();
    const challenge = challengeOf(answer.response.clientDataJSON);
    if (this.#registrations.take(challenge) !== id) {
      throw new CorralError("wrong_state", "No passkey is being added, or it took more than five minutes. Begin anew.");
    }
    const made = await registeredBy(answer, { challenge, party });
    if (made === null) {
      throw impossible("response", "is not what an authenticator answers to this server. Try again, or with another");
    }
    return this.#store.transaction(() => {
      refuseTooMany(this.#store.passkeys.countOf(id));
      return this.#store.passkeys.insert({
        userId: id,
        label,
        credentialId: made.id,
        publicKey: Buffer.from(made.publicKey).toString("base64url"),
        counter: made.counter,
        transports: answer.response.transports,
      });
    });
  }

  /** What a passkey is to sign. Throws `host_unfit` without a name. */
  ask(use: PasskeyUse): PasskeyRequest {
    const { id: rpId } = this.#party();
    const challenge = newSecret();
    (use === "alone" ? this.#logins : this.#secondFactors).add(challenge, use);
    return {
      rpId,
      challenge,
      timeout: CHALLENGE_LIFETIME_MS,
      allowCredentials: use === "alone" ? [] : this.#store.passkeys.listOf(use.beside.id).map(descriptorOf),
      userVerification: use === "alone" ? "required" : "preferred",
    };
  }

  /** What this answers, which is taken with it; null: nothing, or it was answered already, or too late. */
  take({ response }: PasskeyAssertion): PasskeyQuestion | null {
    const challenge = challengeOf(response.clientDataJSON);
    const use = this.#secondFactors.take(challenge) ?? this.#logins.take(challenge);
    return use === null ? null : { use, challenge };
  }

  /** The uses that a passkey has counted, if it gave this answer here, for its owner; null: it did not. */
  async check(
    passkey: PasskeyRow,
    answer: PasskeyAssertion,
    { use, challenge }: PasskeyQuestion,
  ): Promise<number | null> {
    if (use !== "alone" && use.beside.id !== passkey.userId) return null;
    return countSignedBy(passkey, answer, { challenge, party: this.#party(), takesCare: use === "alone" });
  }

  #party(): RelyingParty {
    const party = relyingPartyOf(this.#origins.all);
    if (party !== null) return party;
    throw new CorralError(
      "host_unfit",
      "Passkeys need a name, and this server is reached by bare addresses alone. An admin adds an address such as " +
        "https://corral.example to CORRAL_ORIGINS.",
    );
  }
}

const descriptorOf = ({ credentialId, transports }: PasskeyRow) => ({ id: credentialId, type: publicKey, transports });

const refuseTooMany = (count: number): void => {
  if (count < PASSKEYS_MAXIMUM) return;
  throw new CorralError(
    "impossible",
    `You have ${PASSKEYS_MAXIMUM} passkeys, the most there can be. Remove one first.`,
  );
};
