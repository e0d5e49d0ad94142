import { type Guest, type GuestRight, interfaceWarnings } from "@corral/contracts";
import type { GuestRecord } from "@corral/store";
import type { GuestStatus } from "@corral/supervisor";

/** A guest as the API shows it: what was defined, and what is so. */
export const guestAnswer = (
  { id, definition, revision, createdAt }: GuestRecord,
  status: GuestStatus,
  right: GuestRight,
): Guest => ({
  ...status,
  id,
  definition,
  revision,
  right,
  warnings: interfaceWarnings(definition.interfaces),
  createdAt,
  consoles: [...status.consoles],
});
