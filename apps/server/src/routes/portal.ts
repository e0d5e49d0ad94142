import type { EventType } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import { visibleTo } from "../events/visibleTo.ts";
import { guestsPage } from "../guests/guestsPage.ts";
import { listPage } from "../listPage.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

/** They come and go all the time, and what happened before is what one wants to know. */
const VISITS: readonly EventType[] = ["console.attached", "console.detached"];

export const portalRoutes = (api: FastifyInstance, services: Services): void => {
  const { guests, discarded, quotas, viewAs, addresses, store } = services;

  route(api, "getQuota", ({ query, caller }) => quotas.stateOf(viewAs.userOf(query.user, caller).id));

  route(api, "listCards", ({ query, caller }) => {
    const eyes = viewAs.eyesOf(query.as, caller);
    const filter = { ...visibleTo(eyes), without: VISITS, limit: 1 };
    const page = guestsPage(guests.list(eyes), query);
    const items = page.items.map(({ id }) => {
      const [lastEvent = null] = store.events.list({ ...filter, subject: id });
      return { id, address: addresses.of(id), lastEvent };
    });
    return { ...page, items };
  });

  route(api, "resetGuest", ({ guest, caller }) => guests.reset(guest, caller));

  route(api, "listDiscarded", ({ query, caller }) => listPage(discarded.list(viewAs.eyesOf(query.as, caller)), query));

  route(api, "restoreGuest", ({ params: { id }, caller }) => discarded.restore(id, caller));

  route(api, "deleteDiscarded", ({ params: { id }, caller }) => discarded.deleteForGood(id, caller));
};
