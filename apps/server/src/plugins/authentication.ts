import { type Access, CorralError } from "@corral/contracts";
import type { GuestRecord } from "@corral/store";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { checkAccess } from "../access.ts";
import type { Caller } from "../people/caller.ts";
import type { Services } from "../services.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Null for a stranger. */
    caller: Caller | null;
    /** The guest that the call is about, which the caller may see. */
    guest: GuestRecord | null;
    /** Why a WebSocket is to be closed as soon as it is open: a browser cannot read the answer to a refused upgrade. */
    refusal: CorralError | null;
  }
  interface FastifyContextConfig {
    access?: Access;
  }
}

/**
 * Finds out who calls, and asks the one place that decides whether they may. Runs before anything of the request is
 * read or validated. A route that does not say who may call it cannot be registered.
 */
export const authentication = (api: FastifyInstance, { authenticator, store, connections }: Services): void => {
  api.decorateRequest("caller", null);
  api.decorateRequest("guest", null);
  api.decorateRequest("refusal", null);
  api.decorateRequest("socketQuery", null);

  api.addHook("onRoute", ({ config, method, url }) => {
    if (config?.access === undefined) throw new Error(`${method} ${url} does not say who may call it`);
  });

  api.addHook("onRequest", async (request) => {
    request.caller = authenticator.identify(request);
    const { access } = request.routeOptions.config;
    if (access === undefined) return;
    try {
      if (request.caller !== null && !connections.know(request.raw.socket, request.caller.user.id)) {
        throw new CorralError(
          "too_many_requests",
          "You have as many connections open as one person may. Close some pages, consoles or scripts, then try again.",
        );
      }
      if (request.caller === null && !("public" in access)) {
        const why = authenticator.whyRefused(request);
        if (why !== null) throw new CorralError("not_logged_in", why);
      }
      request.guest = checkAccess(access, request.method, request.caller, () => store.guests.find(idOf(request)));
    } catch (error) {
      if (!request.ws || !(error instanceof CorralError)) throw error;
      request.refusal = error;
    }
  });
};

const idOf = ({ params }: FastifyRequest): string => String((params as { id?: unknown }).id);
