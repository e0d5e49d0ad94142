import type { Me, User } from "@corral/contracts";

/** Who makes a request. */
export interface Caller {
  readonly user: Pick<User, "id" | "name" | "role">;
  readonly by: Me["by"];
  /** How events name them. */
  readonly actor: string;
  /** Id of the session or the token; null on the admin socket. */
  readonly credential: string | null;
  /** Where from, in words for people. */
  readonly from: string;
}
