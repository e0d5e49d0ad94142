import type { FastifyInstance } from "fastify";
import { guestsPage } from "../guests/guestsPage.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const vitalsRoutes = (api: FastifyInstance, { supervisor, guests }: Services): void => {
  route(api, "listVitals", ({ query, caller }) => {
    const page = guestsPage(guests.list(caller), query);
    return { ...page, items: page.items.map(({ id, vitals }) => ({ id, vitals })) };
  });

  route(api, "getVitals", ({ guest }) => ({
    vitals: supervisor.status(guest.id).vitals,
    history: [...supervisor.vitalsHistory(guest.id)],
  }));
};
