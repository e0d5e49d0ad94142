import type { FastifyInstance } from "fastify";
import { guestsPage } from "../guests/guestsPage.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const guestRoutes = (api: FastifyInstance, { guests, discarded, viewAs, sockets }: Services): void => {
  route(api, "listGuests", ({ query, caller }) => guestsPage(guests.list(viewAs.eyesOf(query.as, caller)), query));

  route(api, "createGuest", ({ body, caller }) => guests.create(body, caller));

  route(api, "getGuest", ({ guest, caller }) => guests.answer(guest, caller));

  route(api, "changeGuest", async ({ guest, body, caller, ifRevision }) => {
    const changed = await guests.change(guest, body, caller, ifRevision);
    // It may have another owner now.
    if (body.owner !== undefined) sockets.recheck();
    return changed;
  });

  route(api, "deleteGuest", async ({ guest, caller }) => {
    const answer = await discarded.discard(guest, caller);
    sockets.closeOfGuest(guest.id);
    return answer;
  });

  route(api, "guestAction", ({ guest, params, caller }) => guests.act(guest, params.action, caller));
};
