import { type Access, CLOSE, type CorralError, type sockets } from "@corral/contracts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { WebSocket } from "ws";
import type { Caller } from "../people/caller.ts";
import { closeSocket } from "./closeSocket.ts";
import { keepAlive } from "./keepAlive.ts";

/** Is called as soon as the socket is open. It must attach its listeners before it awaits anything. */
export type SocketHandler = (socket: WebSocket, caller: Caller, request: FastifyRequest) => void;

/** Wraps what a socket does with what all sockets do: the refusal of those who may not, and the watch over dead peers. */
export const socketHandler =
  (handle: SocketHandler) =>
  (socket: WebSocket, request: FastifyRequest): void => {
    if (request.refusal !== null || request.caller === null) {
      const code = CLOSE_OF[request.refusal?.code ?? "not_logged_in"] ?? CLOSE.notAllowed;
      closeSocket(socket, code, request.refusal?.message ?? "Log in first.");
      return;
    }
    keepAlive(socket);
    handle(socket, request.caller, request);
  };

const CLOSE_OF: Partial<Record<CorralError["code"], number>> = {
  not_logged_in: CLOSE.notLoggedIn,
  not_allowed: CLOSE.notAllowed,
  not_found: CLOSE.notFound,
};

/** Registers an endpoint that is only a WebSocket. */
export const socketRoute = (
  api: FastifyInstance,
  { path, access }: (typeof sockets)[keyof typeof sockets],
  handle: SocketHandler,
): void => {
  onlySocket(api, path, access, socketHandler(handle));
};

/** The same for one whose frames say who comes: `handle` must let nobody in before that. */
export const publicSocketRoute = (
  api: FastifyInstance,
  { path, access }: (typeof sockets)[keyof typeof sockets],
  handle: (socket: WebSocket, request: FastifyRequest) => void,
): void => {
  onlySocket(api, path, access, (socket, request) => {
    keepAlive(socket);
    handle(socket, request);
  });
};

const onlySocket = (
  api: FastifyInstance,
  url: string,
  access: Access,
  wsHandler: (socket: WebSocket, request: FastifyRequest) => void,
): void => {
  api.route({
    method: "GET",
    url,
    schema: { hide: true } as object,
    config: { access },
    handler: (_request, reply) => reply.callNotFound(),
    wsHandler,
  });
};
