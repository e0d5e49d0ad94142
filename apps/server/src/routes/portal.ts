import type { FastifyInstance } from "fastify";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const portalRoutes = (api: FastifyInstance, services: Services): void => {
  const { guests, discarded, quotas, viewAs } = services;

  route(api, "getQuota", ({ query, caller }) => quotas.stateOf(viewAs.userOf(query.user, caller).id));

  route(api, "resetGuest", ({ guest, caller }) => guests.reset(guest, caller));

  route(api, "listDiscarded", ({ query, caller }) => {
    const items = discarded.list(viewAs.eyesOf(query.as, caller));
    return { items, nextCursor: null, total: items.length };
  });

  route(api, "restoreGuest", ({ params: { id }, caller }) => discarded.restore(id, caller));

  route(api, "deleteDiscarded", ({ params: { id }, caller }) => discarded.deleteForGood(id, caller));
};
