import type { FastifyInstance } from "fastify";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const portalRoutes = (api: FastifyInstance, services: Services): void => {
  const { guests, discarded, quotas, accounts, sockets } = services;

  route(api, "getQuota", ({ query: { user }, caller }) => {
    const whose = user === undefined ? caller : accounts.viewAs(user, caller);
    return quotas.stateOf(whose.user.id);
  });

  route(api, "resetGuest", ({ guest, caller }) => guests.reset(guest, caller));

  route(api, "discardGuest", ({ guest, caller }) => {
    const answer = discarded.discard(guest, caller);
    sockets.closeOfGuest(guest.id);
    return answer;
  });

  route(api, "listDiscarded", ({ caller }) => {
    const items = discarded.list(caller);
    return { items, nextCursor: null, total: items.length };
  });

  route(api, "restoreGuest", ({ params: { id }, caller }) => discarded.restore(id, caller));

  route(api, "deleteDiscarded", ({ params: { id }, caller }) => discarded.delete(id, caller));
};
