import { chmodSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import { answerMalformed } from "./plugins/errors.ts";

/** Connections that came over the admin socket: their requests are the admin's. */
const adminConnections = new WeakSet<Socket>();

export const isFromAdminSocket = (request: IncomingMessage): boolean => adminConnections.has(request.socket);

/**
 * Serves the app on a Unix socket that only this user can open, as admin and without a login; until it is closed.
 * `path` is free: see placeSocket.
 */
export const listenOnAdminSocket = async (app: FastifyInstance, path: string): Promise<Server> => {
  const server = createServer({ requireHostHeader: false }, (request, response) => app.routing(request, response));
  server.on("checkExpectation", (request, response) => app.routing(request, response));
  server.on("clientError", answerMalformed);
  server.on("connection", (connection) => adminConnections.add(connection));
  server.on("upgrade", (request, socket, head) => app.server.emit("upgrade", request, socket, head));

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  // A connection for which there was no descriptor has been closed by libuv; the server listens on.
  server.on("error", () => {});
  return server;
};
