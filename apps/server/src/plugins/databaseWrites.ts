import type { EndpointName } from "@corral/contracts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Services } from "../services.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the contracts call the endpoint. */
    endpoint?: EndpointName;
  }
}

/**
 * What changes something and stores nothing but events, which can wait. What ends, pauses and looks into guests is here:
 * it has to work when the database does not.
 */
const STORE_NOTHING: ReadonlySet<EndpointName> = new Set<EndpointName>([
  "guestAction",
  "resetGuest",
  "execInGuest",
  "writeGuestFile",
  "createTicket",
  "cancelTask",
  "endDebugger",
  "mconsoleSetConfig",
  "mconsoleSysrq",
  "mconsoleCad",
  "mconsoleStop",
  "mconsoleGo",
  "mconsoleHalt",
  "mconsoleReboot",
  "mconsoleLog",
  "mconsoleRaw",
  "changeMemory",
  "strangerMconsole",
  "openStrangerConsole",
  "cleanStranger",
  "lookAtLink",
  "openWatchLink",
]);

/**
 * A call that stores something begins when no other process keeps the database from it, so that it is refused as a whole
 * and not half way, and is answered when what it stored outlasts the host's power. Meanwhile everything else goes on.
 */
export const databaseWrites = (api: FastifyInstance, { store }: Services): void => {
  api.addHook("preHandler", async (request) => {
    if (stores(request)) await store.writable();
  });
  api.addHook("onSend", async (request, reply) => {
    if (stores(request) && reply.statusCode < 300) await store.durable();
  });
};

const stores = ({ method, routeOptions }: FastifyRequest): boolean => {
  const { endpoint } = routeOptions.config;
  return method !== "GET" && endpoint !== undefined && !STORE_NOTHING.has(endpoint);
};
