import { type CorralError, type ErrorCode, idOrName } from "@corral/contracts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { RepeatedCalls } from "../audit/repeatedCalls.ts";
import { authorOf } from "../people/caller.ts";
import type { Services } from "../services.ts";

/** What a form says while somebody fills it in is nothing that was done or refused. */
const MISTYPED: readonly ErrorCode[] = ["invalid_request", "impossible", "name_taken", "too_many_requests"];
/** A login that fails has an event of its own. */
const LOGINS: readonly ErrorCode[] = ["login_failed", "second_factor_needed", "link_used"];
const REFUSED: readonly ErrorCode[] = ["not_allowed", "not_found", "foreign_origin"];

/**
 * Writes into the audit log what somebody who is logged in tried to change, or to attach to, and could not. What is tried
 * again and again, as by a page that has lost its right, is one event for the first and one with the number of the others.
 */
export const refusedCalls = (api: FastifyInstance, { events }: Services): void => {
  const repeated = new RepeatedCalls();

  const tell = (request: FastifyRequest, { code, message }: Pick<CorralError, "code" | "message">): void => {
    const { caller, guest } = request;
    if (caller === null || [...MISTYPED, ...LOGINS].includes(code)) return;
    const what = `${request.method} ${request.routeOptions.url ?? ""}`;
    const { id } = (request.params ?? {}) as { id?: unknown };
    const about = idOrName.safeParse(id).success ? ` (${id})` : "";
    repeated.count(caller.user.id, [caller.by, caller.from, what, about, code].join(" "), (again) => {
      const times = again === 0 ? "" : again === 1 ? " once more" : ` ${again} times more`;
      events.append({
        type: "call.refused",
        ...authorOf(caller),
        result: REFUSED.includes(code) ? "refused" : "failed",
        subject: guest?.id ?? null,
        ...(guest === null ? {} : { ownerId: guest.ownerId }),
        message: `${caller.actor} could not${times}: ${what}${about}: ${message}`,
        data: { code, ...(again === 0 ? {} : { again }) },
      });
    });
  };

  api.addHook("onResponse", async (request) => {
    if (request.failure !== null && request.method !== "GET") tell(request, request.failure);
  });
  // A socket that is refused is opened first, so that a browser can be told why.
  api.addHook("preHandler", async (request) => {
    if (request.refusal !== null) tell(request, request.refusal);
  });
  api.addHook("onClose", async () => repeated.close());
};
