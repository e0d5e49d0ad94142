import { byId, defineEndpoints } from "../endpoint.ts";
import { guestAccess, guestAccessChange } from "../guestAccess.ts";

export const guestAccessEndpoints = defineEndpoints({
  getGuestAccess: {
    method: "GET",
    path: "/guests/:id/access",
    summary: "Whom a guest is shared with",
    tag: "guests",
    access: { role: "user", guest: "manage" },
    status: 200,
    params: byId,
    response: guestAccess,
  },
  changeGuestAccess: {
    method: "PATCH",
    path: "/guests/:id/access",
    summary: "Share a guest with users and groups, to watch, use or manage it",
    tag: "guests",
    access: { role: "user", guest: "manage" },
    status: 200,
    params: byId,
    body: guestAccessChange,
    response: guestAccess,
  },
});
