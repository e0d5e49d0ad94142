import type { CallerWay, TokenScope, User } from "@corral/contracts";

/** What a token leaves of its user's rights. */
export interface TokenLimits {
  readonly scope: TokenScope;
  /** The only guests it is good for; null: all. */
  readonly guestIds: readonly string[] | null;
}

/** Who did something, as events keep it. */
export interface Author {
  readonly actor: string;
  readonly by: CallerWay | null;
  readonly from: string | null;
}

/** Who makes a request. */
export interface Caller extends Author {
  readonly user: Pick<User, "id" | "name" | "role">;
  readonly by: CallerWay;
  /** How events name them. */
  readonly actor: string;
  /** Id of the session or the token; null on the admin socket. */
  readonly credential: string | null;
  /** Where from, in words for people. */
  readonly from: string;
  /** Only for a token. */
  readonly limits?: TokenLimits;
}

export const authorOf = ({ actor, by, from }: Author): Author => ({ actor, by, from });
