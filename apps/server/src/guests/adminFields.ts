import { ADMIN_FIELDS, CorralError, type GuestDefinition, reachesHost } from "@corral/contracts";
import type { Caller } from "../people/caller.ts";

type Reaching = Pick<GuestDefinition, (typeof ADMIN_FIELDS)[number] | "disks" | "consoles">;

/**
 * Some fields reach beyond the guest into the host, so that only an admin may set them to anything but what they were.
 * Throws `not_allowed`, naming the field.
 */
export const checkAdminFields = (before: Reaching, after: Reaching, { user }: Caller): void => {
  if (user.role === "admin") return;
  for (const field of ADMIN_FIELDS) {
    if (JSON.stringify(before[field]) !== JSON.stringify(after[field])) throw adminsOnly(field);
  }
  // A file that an admin gave stays as they gave it: whoever could drop its readOnly flag would write to the host.
  const given = new Set(before.disks.map((disk) => JSON.stringify(disk)));
  const index = after.disks.findIndex((disk) => disk.source.kind === "file" && !given.has(JSON.stringify(disk)));
  if (index >= 0) throw adminsOnly(`disks.${index}.source`);
  checkConsoles(before.consoles, after.consoles);
};

const checkConsoles = (before: Reaching["consoles"], after: Reaching["consoles"]): void => {
  const given = new Set(before.map((console) => JSON.stringify(console)));
  const index = after.findIndex((console) => reachesHost(console) && !given.has(JSON.stringify(console)));
  if (index >= 0) throw adminsOnly(`consoles.${index}.channel`);
};

const adminsOnly = (field: string): CorralError => {
  const message = "only an admin may set this, since it reaches beyond the guest into the host";
  return new CorralError("not_allowed", `${field}: ${message}`, [{ field, message }]);
};
