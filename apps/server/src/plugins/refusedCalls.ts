import { type CorralError, type ErrorCode, idOrName } from "@corral/contracts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { authorOf } from "../people/caller.ts";
import type { Services } from "../services.ts";
import { MINUTE_MS } from "./rateLimits.ts";

/** Of one person in a minute: a script that runs against a wall must not fill the audit. */
const PER_MINUTE = 30;
/** What a form says while somebody fills it in is nothing that was done or refused. */
const MISTYPED: readonly ErrorCode[] = ["invalid_request", "impossible", "name_taken", "too_many_requests"];
/** A login that fails has an event of its own. */
const LOGINS: readonly ErrorCode[] = ["login_failed", "second_factor_needed", "link_used"];
const REFUSED: readonly ErrorCode[] = ["not_allowed", "not_found", "foreign_origin"];

/** Writes into the audit log what somebody who is logged in tried to change, or to attach to, and could not. */
export const refusedCalls = (api: FastifyInstance, { events }: Services): void => {
  const limit = new MinuteLimit();

  const tell = (request: FastifyRequest, { code, message }: Pick<CorralError, "code" | "message">): void => {
    const { caller, guest } = request;
    if (caller === null || [...MISTYPED, ...LOGINS].includes(code) || !limit.allows(caller.user.id)) return;
    const what = `${request.method} ${request.routeOptions.url ?? ""}`;
    const { id } = (request.params ?? {}) as { id?: unknown };
    const about = idOrName.safeParse(id).success ? ` (${id})` : "";
    events.append({
      type: "call.refused",
      ...authorOf(caller),
      result: REFUSED.includes(code) ? "refused" : "failed",
      subject: guest?.id ?? null,
      ...(guest === null ? {} : { ownerId: guest.ownerId }),
      message: `${caller.actor} could not: ${what}${about}: ${message}`,
      data: { code },
    });
  };

  api.addHook("onResponse", async (request) => {
    if (request.failure !== null && request.method !== "GET") tell(request, request.failure);
  });
  // A socket that is refused is opened first, so that a browser can be told why.
  api.addHook("preHandler", async (request) => {
    if (request.refusal !== null) tell(request, request.refusal);
  });
};

class MinuteLimit {
  readonly #counts = new Map<string, number>();
  #minute = 0;

  allows(key: string, now = Date.now()): boolean {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute) this.#counts.clear();
    this.#minute = minute;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count <= PER_MINUTE;
  }
}
