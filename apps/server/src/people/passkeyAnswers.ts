import type { PasskeyAssertion, PasskeyRegistration } from "@corral/contracts";
import type { PasskeyRow } from "@corral/store";
import {
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type WebAuthnCredential,
} from "@simplewebauthn/server";
import { decodeAttestationObject, decodeClientDataJSON, isoBase64URL } from "@simplewebauthn/server/helpers";
import type { RelyingParty } from "./relyingParty.ts";

/*
 * Judges what authenticators answer (WebAuthn, sections 7.1 and 7.2). Whoever sends an answer has made it as they like:
 * whatever is odd about one, it is not good, and that is all that is said.
 */

/** Ed25519, and those of ECDSA and RSA of which every authenticator has one (COSE's numbers). */
export const ALGORITHMS = [-8, -7, -257];

interface Question {
  readonly challenge: string;
  readonly party: RelyingParty;
}

/** What an answer says that it answers, which nobody has checked yet; "" for what is no answer of a browser's. */
export const challengeOf = (clientDataJSON: string): string => {
  try {
    return String(decodeClientDataJSON(clientDataJSON).challenge);
  } catch {
    return "";
  }
};

/** The passkey that an authenticator made at one of the party's addresses; null: the answer is not good. */
export const registeredBy = async (
  answer: PasskeyRegistration,
  { challenge, party }: Question,
): Promise<WebAuthnCredential | null> => {
  const { clientDataJSON, attestationObject } = answer.response;
  try {
    if (!isUnattested(attestationObject)) return null;
    const { registrationInfo } = await verifyRegistrationResponse({
      response: { ...answer, response: { clientDataJSON, attestationObject }, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: [...party.origins],
      expectedRPID: party.id,
      requireUserVerification: false,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    return registrationInfo?.credential ?? null;
  } catch {
    return null;
  }
};

/** The uses that this passkey has counted, if it signed the challenge at one of the party's addresses; null: it did not. */
export const countSignedBy = async (
  passkey: PasskeyRow,
  answer: PasskeyAssertion,
  { challenge, party, takesCare }: Question & { readonly takesCare: boolean },
): Promise<number | null> => {
  const { userHandle, ...signed } = answer.response;
  // The id that begin() gave. Authenticators tell it where they knew the account by themselves.
  if (userHandle != null && Buffer.from(userHandle, "base64url").toString() !== passkey.userId) return null;
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...answer, response: signed, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: [...party.origins],
      expectedRPID: party.id,
      requireUserVerification: takesCare,
      // What it has counted is compared where it is kept, so that no two uses pass with the same number.
      credential: { id: passkey.credentialId, publicKey: isoBase64URL.toBuffer(passkey.publicKey), counter: 0 },
    });
    return verified ? authenticationInfo.newCounter : null;
  } catch {
    return null;
  }
};

/**
 * No attestation was asked for. To check a maker's certificates would mean to fetch lists of those that were taken back,
 * from addresses that whoever sends the certificate chooses.
 */
const isUnattested = (attestationObject: string): boolean => {
  const attestation = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject));
  const format = attestation.get("fmt");
  return format === "none" || (format === "packed" && attestation.get("attStmt").get("x5c") === undefined);
};
