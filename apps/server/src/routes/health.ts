import type { FastifyInstance } from "fastify";
import { route } from "../route.ts";
import type { Services } from "../services.ts";
import { VERSION } from "../version.ts";

export const healthRoutes = (api: FastifyInstance, { store, host }: Services): void => {
  route(api, "health", async ({ caller }) => {
    const ok = store.works();
    if (caller === null) return { ok };
    return { ok, version: VERSION, checks: await host.checks(), host: await host.host() };
  });
};
