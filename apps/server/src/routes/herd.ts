import { sockets as socketEndpoints } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import { HerdViewer } from "../herd/herdViewer.ts";
import type { Services } from "../services.ts";
import { socketRoute } from "../sockets/socketRoute.ts";

export const herdRoutes = (api: FastifyInstance, { supervisor, store, sockets }: Services): void => {
  socketRoute(api, socketEndpoints.herd, (socket, caller, request) => {
    sockets.add(socket, caller, null);
    new HerdViewer(socket, { supervisor, store, caller, log: request.log });
  });
};
