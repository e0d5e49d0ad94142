import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { CorralError, ERROR_STATUS, type ErrorAnswer, type ErrorCode, type ErrorDetail } from "@corral/contracts";
import { type Store, storeFailureOf } from "@corral/store";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { storeFailureInWords } from "../storeFailureInWords.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** What went wrong with it, for the log. */
    failure: CorralError | null;
  }
}

/** Every answer that is an error is made here. */
export const errors = (app: FastifyInstance, store: Pick<Store, "lockHolders">): void => {
  app.decorateRequest("failure", null);
  app.setErrorHandler((error, request, reply) => answerWith(asCorralError(error, store), request, reply));
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

/** What Node's parser refuses, by its code; all else of it is malformed. */
const PARSER_ERRORS: Record<string, { readonly code: ErrorCode; readonly message: string }> = {
  HPE_HEADER_OVERFLOW: {
    code: "headers_too_large",
    message: "The request's address and headers together are larger than 16 KiB. Send fewer or shorter ones.",
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: "request_timeout",
    message: "The request did not come in within a minute. Send it again, as a whole.",
  },
};

/** Answers a request that is none, before there is anything of Fastify's to answer with, and ends the connection. */
export const answerMalformed = (error: NodeJS.ErrnoException, socket: Socket): void => {
  const answering = (socket as { _httpMessage?: { readonly headersSent: boolean } | null })._httpMessage;
  // Half an answer is under way, or nobody is there to read one.
  if (!socket.writable || answering?.headersSent === true) {
    socket.destroy(error);
    return;
  }
  const { code, message } = PARSER_ERRORS[error.code ?? ""] ?? {
    code: "invalid_request",
    message: "This is not a request that HTTP knows. Nothing was done.",
  };
  const body = JSON.stringify(errorAnswerOf(new CorralError(code, message), crypto.randomUUID()));
  const status = ERROR_STATUS[code];
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n${body}`,
  );
};

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

const asCorralError = (thrown: unknown, store: Pick<Store, "lockHolders">): CorralError => {
  if (thrown instanceof CorralError) return thrown;
  const error = thrown as Partial<FastifyError>;
  const known = FASTIFY_ERRORS[error.code ?? ""];
  if (known !== undefined) return new CorralError(known.code, known.message);
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new CorralError("invalid_request", `The request cannot be understood: ${error.message ?? "malformed"}`);
  }
  const failure = storeFailureOf(thrown);
  if (failure !== null) return storeFailureInWords(failure, store);
  const defect = new CorralError(
    "internal",
    "Something went wrong that should not have: a defect of Corral's. The server's log has more under the request's id.",
  );
  defect.cause = thrown;
  return defect;
};
