import { type Grant, impossible } from "@corral/contracts";
import type { GrantTo, GuestRecord } from "@corral/store";
import type { FastifyInstance } from "fastify";
import { authorOf } from "../people/caller.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const guestAccessRoutes = (api: FastifyInstance, { store, events, sockets }: Services): void => {
  const shown = ({ id, definition }: GuestRecord) => ({ owner: definition.owner, grants: store.grants.of(id) });

  const resolve = ({ kind, name, right }: Grant, index: number): GrantTo => {
    const found = kind === "user" ? store.users.find(name) : store.groups.find(name);
    if (found === null) throw impossible(`grants.${index}.name`, `there is no ${kind} ${name}`);
    return kind === "user" ? { userId: found.id, groupId: null, right } : { userId: null, groupId: found.id, right };
  };

  route(api, "getGuestAccess", ({ guest }) => shown(guest));

  route(api, "changeGuestAccess", ({ guest, body: { grants }, caller }) => {
    store.transaction(() => store.grants.replace(guest.id, grants.map(resolve)));
    // Who may do less than before, or nothing, does not go on typing.
    sockets.recheck();
    const access = shown(guest);
    const whom = access.grants.map(({ kind, name, right }) => `${kind} ${name} to ${right}`).join(", ") || "nobody";
    events.append({
      type: "guest.shared",
      ...authorOf(caller),
      subject: guest.id,
      ownerId: guest.ownerId,
      message: `${caller.actor} shared ${guest.definition.name} with ${whom}`,
      data: access,
    });
    return access;
  });
};
