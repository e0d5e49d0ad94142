import { CorralError, type PasskeyAssertion, type PasskeyCreation, type PasskeyRequest } from "@corral/contracts";
import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from "@simplewebauthn/browser";
import { useQuery } from "@tanstack/react-query";
import { loginWaysQuery } from "../api/queries.ts";

/** Why passkeys cannot be used in this window; undefined: they can. Null as long as nobody knows. */
export const usePasskeyObstacle = (): string | undefined | null => {
  const ways = useQuery(loginWaysQuery);
  return ways.data === undefined ? null : passkeyObstacle(ways.data.passkeys);
};

/** `address`: where they work on this server. */
export const passkeyObstacle = (address: string | null): string | undefined => {
  if (address === null) {
    return "Passkeys need a name, and this server has only bare addresses. An admin adds one to CORRAL_ORIGINS.";
  }
  if (new URL(address).hostname !== window.location.hostname) {
    return `Passkeys work only at ${address}. Open this page there.`;
  }
  return browserSupportsWebAuthn() ? undefined : "This browser knows no passkeys.";
};

/** Has an authenticator make one. */
export const makePasskey = (options: PasskeyCreation): ReturnType<typeof startRegistration> =>
  inOurWords(startRegistration({ optionsJSON: options }));

/** Has an authenticator sign with one. */
export const signWithPasskey = (options: PasskeyRequest): Promise<PasskeyAssertion> =>
  inOurWords(startAuthentication({ optionsJSON: options }));

/** A browser says little of why it gave up, lest a page learn which passkeys somebody has. */
const inOurWords = async <T>(ceremony: Promise<T>): Promise<T> => {
  try {
    return await ceremony;
  } catch (error) {
    if (error instanceof WebAuthnError && error.code === "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED") {
      throw new CorralError("name_taken", "There is a passkey for your account on it already. Use another device.");
    }
    throw new CorralError(
      "cancelled",
      "No passkey was used: it was given up, took too long, or there is none for this server. Try again.",
    );
  }
};
