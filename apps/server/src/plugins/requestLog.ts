import type { FastifyInstance } from "fastify";

/**
 * One line for each request: quiet ones at debug, refused ones at info, defects at error with their trace. Headers,
 * bodies and query strings are never logged, so that no secret can be.
 */
export const requestLog = (app: FastifyInstance): void => {
  app.addHook("onResponse", async (request, reply) => {
    const line = {
      method: request.method,
      path: request.url.split("?")[0],
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      user: request.caller?.actor,
      code: request.failure?.code,
    };
    const { failure } = request;
    if (failure === null) request.log.debug(line, "answered");
    else if (failure.code === "internal") request.log.error({ ...line, err: failure.cause }, "failed");
    else request.log.info({ ...line, reason: failure.message }, "refused");
  });
};
