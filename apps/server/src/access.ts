import { type Access, CorralError, type GuestRight, type Role } from "@corral/contracts";
import type { GuestRecord } from "@corral/store";
import type { Caller } from "./people/caller.ts";

const ROLES: readonly Role[] = ["user", "operator", "admin"];
const RIGHTS: readonly GuestRight[] = ["watch", "use", "manage"];

/** What a caller may do with a guest: an owner all, operators and admins all with any guest, others nothing. */
export const rightOn = (guest: Pick<GuestRecord, "ownerId">, { user }: Caller): GuestRight | null =>
  user.role !== "user" || guest.ownerId === user.id ? "manage" : null;

export const maySee = (guest: Pick<GuestRecord, "ownerId">, caller: Caller): boolean => rightOn(guest, caller) !== null;

export const includesRight = (right: GuestRight | null, wanted: GuestRight): boolean =>
  right !== null && RIGHTS.indexOf(right) >= RIGHTS.indexOf(wanted);

export const includesRole = (role: Role, wanted: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(wanted);

/**
 * The one place that decides who may call what. Returns the guest that the call is about, if it is about one.
 * Throws `not_logged_in`, `not_allowed`, and `not_found` for what the caller may not even know of.
 */
export const checkAccess = (
  access: Access,
  caller: Caller | null,
  findGuest: () => GuestRecord | null,
): GuestRecord | null => {
  if ("public" in access) return null;
  if (caller === null) throw new CorralError("not_logged_in", "Log in first, or send an API token.");
  if (!includesRole(caller.user.role, access.role)) {
    throw new CorralError(
      "not_allowed",
      `This needs the role ${access.role}; you have the role ${caller.user.role}. Ask an admin.`,
    );
  }
  if (access.guest === undefined) return null;

  const guest = findGuest();
  const right = guest === null ? null : rightOn(guest, caller);
  if (guest === null || right === null) {
    throw new CorralError("not_found", "There is no such guest. It may have been deleted or renamed.");
  }
  if (!includesRight(right, access.guest)) {
    throw new CorralError(
      "not_allowed",
      `This needs the right to ${access.guest} the guest; you may only ${right} it.`,
    );
  }
  return guest;
};
