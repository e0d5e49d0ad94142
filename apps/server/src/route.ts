import type { Readable } from "node:stream";
import { type Endpoint, type EndpointName, type Endpoints, endpoints, etagOf, ifMatchHeaders } from "@corral/contracts";
import type { GuestRecord } from "@corral/store";
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from "fastify";
import type { z } from "zod";
import type { Caller } from "./people/caller.ts";
import { MINUTE_MS } from "./plugins/rateLimits.ts";
import { type SocketHandler, socketHandler } from "./sockets/socketRoute.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The query of a WebSocket that shares its path with an endpoint. */
    socketQuery: unknown;
  }
}

const PARTIAL_CONTENT = 206;

type Part<E, K extends string> = E extends { readonly [P in K]: infer S extends z.ZodType } ? z.output<S> : undefined;
type IsPublic<E extends Endpoint> = E["access"] extends { readonly public: true } ? true : false;
type IsAboutGuest<E extends Endpoint> = E["access"] extends { readonly guest: string } ? true : false;

/** A call that was let through: valid, and by somebody who may make it. */
export interface Call<E extends Endpoint> {
  readonly params: Part<E, "params">;
  readonly query: Part<E, "query">;
  readonly body: Part<E, "body">;
  readonly caller: IsPublic<E> extends true ? Caller | null : Caller;
  readonly guest: IsAboutGuest<E> extends true ? GuestRecord : null;
  /** The only revision that may be changed; null: whichever it is. */
  readonly ifRevision: number | null;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

type ResponseInput<E extends Endpoint> = E extends { readonly response: infer S extends z.ZodType }
  ? z.input<S>
  : E extends { readonly contentType: string }
    ? Uint8Array | Readable
    : // biome-ignore lint/suspicious/noConfusingVoidType: a handler without an answer is one that returns nothing
      void;

export type Handler<N extends EndpointName> = (
  call: Call<Endpoints[N]>,
) => Promise<ResponseInput<Endpoints[N]>> | ResponseInput<Endpoints[N]>;

/**
 * Registers one endpoint of the contracts: path, validation, who may call it, limits and the form of the answer come
 * from its description, and only what it does is written here. With `socket` the same path is also a WebSocket.
 */
export const route = <N extends EndpointName>(
  api: FastifyInstance,
  name: N,
  handle: Handler<N>,
  socket?: SocketHandler,
): void => {
  const endpoint: Endpoint = endpoints[name];
  const { access, perMinute, bodyMaximumBytes } = endpoint;
  api.route({
    method: endpoint.method,
    url: endpoint.path,
    schema: schemaOf(name, endpoint),
    ...(bodyMaximumBytes === undefined ? {} : { bodyLimit: bodyMaximumBytes }),
    config: {
      access,
      endpoint: name,
      ...(perMinute === undefined ? {} : { rateLimit: { max: perMinute, timeWindow: MINUTE_MS } }),
    },
    handler: async (request, reply) => {
      const { params, query, body, caller, guest } = request;
      const ifRevision = endpoint.revised ? ifRevisionOf(request) : null;
      const call = { params, query, body, caller, guest, ifRevision, request, reply };
      const answer = await handle(call as Call<Endpoints[N]>);
      if (endpoint.revised) reply.header("etag", etagOf(answer as { readonly revision: number }));
      // A handler says so where the answer is part of what was asked for (206), or of another type.
      if (reply.statusCode !== PARTIAL_CONTENT) reply.code(endpoint.status);
      if (endpoint.contentType !== undefined && !reply.hasHeader("content-type")) reply.type(endpoint.contentType);
      return reply.send(answer);
    },
    ...(socket === undefined ? {} : { wsHandler: socketHandler(socket), preValidation: setSocketQueryAside }),
  });
};

/** The header was found to be well formed. */
const ifRevisionOf = ({ headers }: FastifyRequest): number | null => {
  const given = headers["if-match"];
  return given === undefined || given === "*" ? null : Number(given.slice(1, -1));
};

/** A socket shares its path with an endpoint but not its query, which the socket's own handler validates. */
const setSocketQueryAside = async (request: FastifyRequest): Promise<void> => {
  if (!request.ws) return;
  request.socketQuery = request.query;
  request.query = {};
};

const schemaOf = (name: string, endpoint: Endpoint): FastifySchema => ({
  operationId: name,
  summary: endpoint.summary,
  tags: [endpoint.tag],
  ...("public" in endpoint.access ? { security: [] } : {}),
  ...(endpoint.params === undefined ? {} : { params: endpoint.params }),
  ...(endpoint.query === undefined ? {} : { querystring: endpoint.query }),
  ...(endpoint.body === undefined ? {} : { body: endpoint.body }),
  ...(endpoint.revised && endpoint.method !== "GET" && endpoint.params !== undefined
    ? { headers: ifMatchHeaders }
    : {}),
  ...(endpoint.response === undefined ? {} : { response: { [endpoint.status]: endpoint.response } }),
});
