import type { EventFilter } from "@corral/store";
import type { Caller } from "../people/caller.ts";

/** Operators see all events, users those about themselves and their guests. */
export const visibleTo = ({ user, limits }: Caller): EventFilter => ({
  ...(user.role === "user" ? { ownerId: user.id } : {}),
  ...(limits?.guestIds == null ? {} : { subjects: limits.guestIds }),
});
