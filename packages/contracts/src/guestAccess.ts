import { z } from "zod";
import { guestRight } from "./endpoint.ts";
import { idOrName, shownText } from "./text.ts";

/** People and groups that one guest may be shared with. */
export const GRANTS_MAXIMUM = 50;

/** What one user or the members of one group may do with a guest, beside its owner. */
export const grant = z.strictObject({
  kind: z.enum(["user", "group"]),
  name: idOrName,
  right: guestRight,
});
export type Grant = z.infer<typeof grant>;

const isOfEachOnce = (grants: readonly Grant[]): boolean =>
  new Set(grants.map(({ kind, name }) => `${kind} ${name}`)).size === grants.length;

const grants = z.array(grant).max(GRANTS_MAXIMUM).refine(isOfEachOnce, "must not name the same user or group twice");

export const guestAccess = z.object({ owner: shownText, grants });
export const guestAccessChange = z.strictObject({ grants: grants.describe("All of them: who is not named loses it") });
