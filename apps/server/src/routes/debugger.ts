import { sockets as socketEndpoints } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import { attachDebugger } from "../debugger/attachDebugger.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";
import { socketRoute } from "../sockets/socketRoute.ts";

export const debuggerRoutes = (api: FastifyInstance, { debuggers, sockets }: Services): void => {
  route(api, "readDebugger", ({ guest }) => debuggers.state(guest));
  route(api, "endDebugger", (call) => debuggers.end(call));

  socketRoute(api, socketEndpoints.debugger, (socket, caller, request) => {
    const { guest } = request;
    if (guest === null) throw new Error("the debugger's socket is about a guest");
    sockets.add(socket, caller, guest.id);
    attachDebugger(socket, { debuggers, guest, caller, log: request.log });
  });
};
