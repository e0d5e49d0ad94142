import { CorralError } from "@corral/contracts";
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance } from "fastify";
import { ADMIN_SOCKET, networkOf } from "../people/address.ts";

/** A page with a hundred guests that is reloaded again and again stays far below. */
const REQUESTS_PER_MINUTE = 3_000;
export const MINUTE_MS = 60_000;
/** Addresses remembered; beyond it the oldest is forgotten. */
const ADDRESSES_MAXIMUM = 10_000;

/** How often one address may ask. An endpoint that needs a tighter limit states it. */
export const rateLimits = async (app: FastifyInstance): Promise<void> => {
  await app.register(rateLimit, {
    max: REQUESTS_PER_MINUTE,
    timeWindow: MINUTE_MS,
    cache: ADDRESSES_MAXIMUM,
    keyGenerator: networkOf,
    allowList: [ADMIN_SOCKET],
    errorResponseBuilder: (_request, { after }) =>
      new CorralError("too_many_requests", `Too many requests from this address. Wait ${after}, then try again.`),
  });
};
