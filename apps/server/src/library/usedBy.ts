import type { Store } from "@corral/store";
import { maySee } from "../access.ts";
import type { Caller } from "../people/caller.ts";

/**
 * The names of those guests that use something which a caller may see: of what one may not see neither the name nor the
 * number is told.
 */
export const usersFor = (
  store: Store,
  caller: Caller,
): ((users: readonly { readonly id: string; readonly name: string }[]) => string[]) => {
  const present = store.guests.list(caller.user.role === "user" ? caller.user.id : undefined);
  const visible = new Set(
    [...present, ...store.guests.listDiscarded()].filter((guest) => maySee(guest, caller)).map(({ id }) => id),
  );
  return (users) => users.filter(({ id }) => visible.has(id)).map(({ name }) => name);
};
