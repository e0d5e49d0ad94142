import { z } from "zod";
import { byId, defineEndpoints } from "../endpoint.ts";
import { GUEST_SORTS } from "../guest.ts";
import { guestVitals, vitalsPoint } from "../guestVitals.ts";
import { list } from "../list.ts";
import { id } from "../text.ts";

export const vitalsEndpoints = defineEndpoints({
  listVitals: {
    method: "GET",
    path: "/vitals",
    summary: "What was last measured of all guests that I may see",
    tag: "vitals",
    access: { role: "user", filtered: true },
    status: 200,
    ...list(z.object({ id, vitals: guestVitals }), GUEST_SORTS),
  },
  getVitals: {
    method: "GET",
    path: "/guests/:id/vitals",
    summary: "What was last measured of one guest, and the newest samples, oldest first",
    tag: "vitals",
    access: { role: "user", guest: "watch" },
    status: 200,
    params: byId,
    response: z.object({ vitals: guestVitals, history: z.array(vitalsPoint) }),
  },
});
