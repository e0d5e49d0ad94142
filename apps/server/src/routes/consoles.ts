import { sockets as socketEndpoints } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import { rightOn } from "../access.ts";
import { attachConsole } from "../consoles/attachConsole.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";
import { socketRoute } from "../sockets/socketRoute.ts";

export const consoleRoutes = (
  api: FastifyInstance,
  { supervisor, events, sockets, guests, tickets }: Services,
): void => {
  route(api, "readConsoleLog", ({ guest, params, query, reply }) => {
    const { offset, bytes, end } = supervisor.readLog(guest.id, params.name, query.from, query.limit);
    reply.headers({ "x-corral-offset": offset, "x-corral-end": end, "cache-control": "no-store" });
    return bytes;
  });

  route(api, "changeConsole", ({ guest, params, body, caller }) =>
    guests.changeConsole(guest, params.name, body, caller),
  );

  route(api, "createTicket", ({ guest, params, caller }) => tickets.create(caller, guest, params.name));

  socketRoute(api, socketEndpoints.attach, (socket, caller, request) => {
    const { guest, params } = request;
    if (guest === null) throw new Error("the attach socket is about a guest");
    sockets.add(socket, caller, guest.id);
    const consoleName = String((params as { name?: unknown }).name);
    const right = rightOn(guest, caller) ?? "watch";
    attachConsole(socket, { supervisor, events, guest, consoleName, caller, right, log: request.log });
  });
};
