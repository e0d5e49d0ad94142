import { sockets } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import { watchByLink } from "../consoles/watchByLink.ts";
import { listPage } from "../listPage.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";
import { publicSocketRoute } from "../sockets/socketRoute.ts";

export const watchLinkRoutes = (api: FastifyInstance, services: Services): void => {
  const { watchLinks } = services;

  route(api, "listWatchLinks", ({ guest, query }) => listPage(watchLinks.list(guest), query));

  route(api, "createWatchLink", ({ guest, params, body, caller }) =>
    watchLinks.create(guest, params.name, body, caller),
  );

  route(api, "deleteWatchLink", ({ guest, params, caller }) => watchLinks.delete(guest, params.link, caller));

  route(api, "openWatchLink", ({ body }) => {
    const { link, guest } = watchLinks.open(body.secret);
    return { guest: guest.definition.name, console: link.console, expiresAt: link.expiresAt };
  });

  publicSocketRoute(api, sockets.watch, (socket, request) => watchByLink(socket, request, services));
};
