import { CorralError } from "@corral/contracts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { isFromAdminSocket } from "../adminSocket.ts";
import type { Origins } from "../origins.ts";
import { ticketOf } from "../people/tickets.ts";

const READING_METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/**
 * Refuses requests to a name that this server does not have (a foreign name made to resolve to this machine), and
 * requests that a page of another origin makes with its visitor's cookie.
 */
export const originGuard = (app: FastifyInstance, origins: Origins): void => {
  app.addHook("onRequest", async (request) => {
    if (isFromAdminSocket(request.raw)) return;
    if (request.host === "") {
      throw new CorralError(
        "invalid_request",
        "The request has no Host header, which HTTP asks for. Nothing was done.",
      );
    }
    if (!origins.hasHost(request.host)) {
      throw new CorralError(
        "unknown_host",
        `This server is not called ${request.host.slice(0, 100)}. Come by ${origins.first}, or add the name to CORRAL_ORIGINS.`,
      );
    }
    if (changesSomething(request) && !comesFromHome(request, origins)) {
      throw new CorralError(
        "foreign_origin",
        "This request comes from a page that is not Corral's own. Scripts send an API token instead of a cookie.",
      );
    }
  });
};

/** A WebSocket is a GET, but one that types into consoles; and no same-origin rule keeps a foreign page from it. */
const changesSomething = ({ method, ws }: FastifyRequest): boolean => ws || !READING_METHODS.includes(method);

const comesFromHome = (request: FastifyRequest, origins: Origins): boolean => {
  const { headers, ws } = request;
  // Judged by the ticket alone, like a token: no cookie of the visitor's counts.
  if (ticketOf(request) !== null) return true;
  if (headers.authorization !== undefined) return true;
  if (headers.origin !== undefined) return origins.has(headers.origin);
  // Browsers always send the origin here. What sends none is no browser, and without a cookie nobody's rights are used.
  return !ws && headers.cookie === undefined;
};
