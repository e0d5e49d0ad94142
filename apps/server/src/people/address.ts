import rateLimit from "@fastify/rate-limit";
import type { FastifyRequest } from "fastify";
import { isFromAdminSocket } from "../adminSocket.ts";

/** In the place of an address, which a Unix socket has not. */
export const ADMIN_SOCKET = "admin socket";

/** Whoever has one IPv6 address has a whole network of this size. */
const IPV6_NETWORK_BITS = 64;

/** Where a request comes from, in words for people. */
export const addressOf = (request: FastifyRequest): string =>
  isFromAdminSocket(request.raw) ? ADMIN_SOCKET : request.ip;

/** What limits count by: an address, or the network of one that can choose among millions. */
export const networkOf = (request: FastifyRequest): string => {
  const address = addressOf(request);
  return address === ADMIN_SOCKET ? address : networkOfAddress(address);
};

/** An IPv4 address without what a socket that speaks IPv6 too puts before it. */
export const plainAddress = (address: string | undefined): string => (address ?? "::").replace(/^::ffff:/, "");

/** The same for an address that came with no request. */
export const networkOfAddress = (address: string): string => rateLimit.normalizeIP(address, IPV6_NETWORK_BITS);
