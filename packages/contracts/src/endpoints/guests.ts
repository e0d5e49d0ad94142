import { z } from "zod";
import { discardedGuest } from "../discardedGuest.ts";
import { byId, defineEndpoints, seenAs } from "../endpoint.ts";
import { GUEST_SORTS, guest } from "../guest.ts";
import { guestAction } from "../guestCan.ts";
import { guestChanges, newGuest } from "../guestDefinition.ts";
import { list } from "../list.ts";
import { idOrName } from "../text.ts";

export const guestsEndpoints = defineEndpoints({
  listGuests: {
    method: "GET",
    path: "/guests",
    summary: "Guests that I may see",
    tag: "guests",
    access: { role: "user", filtered: true },
    status: 200,
    ...list(guest, GUEST_SORTS, { limit: 200, more: { as: seenAs } }),
  },
  createGuest: {
    method: "POST",
    path: "/guests",
    summary: "Create a guest",
    tag: "guests",
    access: { role: "user" },
    status: 201,
    body: newGuest,
    revised: true,
    response: guest,
  },
  getGuest: {
    method: "GET",
    path: "/guests/:id",
    summary: "One guest",
    tag: "guests",
    access: { role: "user", guest: "watch" },
    status: 200,
    params: byId,
    revised: true,
    response: guest,
  },
  changeGuest: {
    method: "PATCH",
    path: "/guests/:id",
    summary: "Change a guest's definition; a running guest takes it up at its next start",
    tag: "guests",
    access: { role: "user", guest: "manage" },
    status: 200,
    params: byId,
    body: guestChanges,
    revised: true,
    response: guest,
  },
  deleteGuest: {
    method: "DELETE",
    path: "/guests/:id",
    summary: "Delete a guest; for a day it can be brought back",
    tag: "guests",
    access: { role: "user", guest: "manage" },
    status: 200,
    params: byId,
    response: discardedGuest,
  },
  guestAction: {
    method: "POST",
    path: "/guests/:id/actions/:action",
    summary: "Start, shutdown, restart, pause, resume, force-off or force-restart",
    tag: "guests",
    access: { role: "user", guest: "use" },
    status: 202,
    params: z.strictObject({ id: idOrName, action: guestAction }),
    response: guest,
  },
});
