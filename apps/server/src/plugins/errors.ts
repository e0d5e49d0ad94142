import { CorralError, ERROR_STATUS, type ErrorAnswer, type ErrorCode, type ErrorDetail } from "@corral/contracts";
import { isDiskFull } from "@corral/store";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

declare module "fastify" {
  interface FastifyRequest {
    /** What went wrong with it, for the log. */
    failure: CorralError | null;
  }
}

/** Every answer that is an error is made here. */
export const errors = (app: FastifyInstance): void => {
  app.decorateRequest("failure", null);
  app.setErrorHandler((error, request, reply) => answerWith(asCorralError(error), request, reply));
  app.setNotFoundHandler((request, reply) => {
    const message = `There is no ${request.method} ${request.url.split("?")[0]?.slice(0, 200)}. The API is described at /api/docs.`;
    return answerWith(new CorralError("not_found", message), request, reply);
  });
};

export const answerWith = (error: CorralError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  request.failure = error;
  return reply.code(ERROR_STATUS[error.code]).type("application/json").send(errorAnswerOf(error, request.id));
};

const errorAnswerOf = ({ code, message, details }: CorralError, requestId: string): ErrorAnswer => ({
  error: { code, message, requestId, ...(details === undefined ? {} : { details: details as ErrorDetail[] }) },
});

/** Fastify's own refusals, by their code. */
const FASTIFY_ERRORS: Record<string, { readonly code: ErrorCode; readonly message: string }> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: "body_too_large",
    message: "The request's body is larger than 1 MiB (1.5 MiB for a command with its input).",
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: "unsupported_media_type",
    message: "The body must be JSON, with the header Content-Type: application/json.",
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    code: "invalid_request",
    message: "The header says that a JSON body comes, but the body is empty.",
  },
};

const asCorralError = (thrown: unknown): CorralError => {
  if (thrown instanceof CorralError) return thrown;
  const error = thrown as Partial<FastifyError>;
  const known = FASTIFY_ERRORS[error.code ?? ""];
  if (known !== undefined) return new CorralError(known.code, known.message);
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new CorralError("invalid_request", `The request cannot be understood: ${error.message ?? "malformed"}`);
  }
  if (isDiskFull(thrown)) {
    return new CorralError(
      "disk_full",
      "The disk that holds Corral's data is full, so nothing was changed. Free some space, then try again.",
    );
  }
  const defect = new CorralError(
    "internal",
    "Something went wrong that should not have: a defect of Corral's. The server's log has more under the request's id.",
  );
  defect.cause = thrown;
  return defect;
};
