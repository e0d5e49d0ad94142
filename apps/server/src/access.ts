import { type Access, CorralError, type GuestRight, type Role, type TokenScope } from "@corral/contracts";
import type { GuestRecord } from "@corral/store";
import type { Caller } from "./people/caller.ts";

const ROLES: readonly Role[] = ["user", "operator", "admin"];
const RIGHTS: readonly GuestRight[] = ["watch", "use", "manage"];

/** What a token's scope leaves of a right on a guest. */
const SCOPES: Readonly<Record<TokenScope, GuestRight>> = { read: "watch", operate: "use", full: "manage" };

type Shared = Pick<GuestRecord, "id" | "ownerId" | "rights">;

/**
 * What a caller may do with a guest: an owner all, operators and admins all with any guest, others what they were given;
 * and with a token no more than that was made for.
 */
export const rightOn = (guest: Shared, { user, limits }: Pick<Caller, "user" | "limits">): GuestRight | null => {
  const isAll = user.role !== "user" || guest.ownerId === user.id;
  const right = isAll ? "manage" : (guest.rights.get(user.id) ?? null);
  if (right === null || limits === undefined) return right;
  if (limits.guestIds !== null && !limits.guestIds.includes(guest.id)) return null;
  const most = SCOPES[limits.scope];
  return includesRight(right, most) ? most : right;
};

export const maySee = (guest: Shared, caller: Caller): boolean => rightOn(guest, caller) !== null;

export const includesRight = (right: GuestRight | null, wanted: GuestRight): boolean =>
  right !== null && RIGHTS.indexOf(right) >= RIGHTS.indexOf(wanted);

export const includesRole = (role: Role, wanted: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(wanted);

/**
 * The one place that decides who may call what. Returns the guest that the call is about, if it is about one.
 * Throws `not_logged_in`, `not_allowed`, and `not_found` for what the caller may not even know of.
 */
export const checkAccess = (
  access: Access,
  method: string,
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
  checkLimits(access, method, caller);
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

/** What a token may not do, whoever made it. What it may do with a guest is in the right on that guest. */
const checkLimits = (access: Exclude<Access, { public: true }>, method: string, { by, limits }: Caller): void => {
  if (access.login === true && by === "token") {
    throw new CorralError("not_allowed", "This is not done with a token. Log in with a browser to do it.");
  }
  if (access.guest !== undefined || limits === undefined) return;
  if (limits.scope !== "full" && method !== "GET") {
    throw new CorralError(
      "not_allowed",
      `This needs a token with the scope full; yours has the scope ${limits.scope}.`,
    );
  }
  if (limits.guestIds !== null && access.filtered !== true) {
    throw new CorralError("not_allowed", "Your token is for certain guests only, and this is about none of them.");
  }
};
