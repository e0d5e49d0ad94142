import type { FastifyInstance } from "fastify";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const vitalsRoutes = (api: FastifyInstance, { supervisor, guests }: Services): void => {
  route(api, "listVitals", ({ caller }) => ({ items: guests.list(caller).map(({ id, vitals }) => ({ id, vitals })) }));

  route(api, "getVitals", ({ guest }) => ({
    vitals: supervisor.status(guest.id).vitals,
    history: [...supervisor.vitalsHistory(guest.id)],
  }));
};
