import { isIP } from "node:net";

/** Whom passkeys are made for: one name of this server, and the addresses that it has under that name. */
export interface RelyingParty {
  readonly id: string;
  readonly origins: readonly string[];
}

/**
 * The first of the configured addresses that has a name decides. WebAuthn knows names only, so that a server that is
 * reached by bare addresses alone has no passkeys: null.
 */
export const relyingPartyOf = (origins: readonly string[]): RelyingParty | null => {
  const named = origins.map((origin) => new URL(origin)).filter(({ hostname }) => isName(hostname));
  const id = named[0]?.hostname;
  if (id === undefined) return null;
  return { id, origins: named.filter(({ hostname }) => hostname === id).map(({ origin }) => origin) };
};

const isName = (hostname: string): boolean => !hostname.startsWith("[") && isIP(hostname) === 0;
