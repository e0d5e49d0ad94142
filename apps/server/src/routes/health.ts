import type { FastifyInstance } from "fastify";
import { includesRole } from "../access.ts";
import { checkNames } from "../names.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";
import { VERSION } from "../version.ts";

export const healthRoutes = (api: FastifyInstance, { store, host }: Services): void => {
  route(api, "health", async ({ caller }) => {
    const ok = store.works();
    if (caller === null) return { ok };
    // Which names there are is not everybody's to know.
    const names = includesRole(caller.user.role, "admin") ? checkNames(store) : [];
    return { ok, version: VERSION, checks: [...(await host.checks()), ...names], host: await host.host() };
  });
};
