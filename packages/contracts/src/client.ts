import type { z } from "zod";
import { type Endpoint, etagOf } from "./endpoint.ts";
import { API_PREFIX, type EndpointName, type Endpoints, endpoints } from "./endpoints.ts";
import { CorralError, errorAnswer } from "./errors.ts";

type InputOf<T> = T extends z.ZodType ? z.input<T> : never;
type OutputOf<T> = T extends z.ZodType ? z.output<T> : never;
type Present<E, K extends string> = E extends { readonly [P in K]: z.ZodType } ? K : never;

/** What one endpoint is called with: only the parts it has. */
export type CallOf<E extends Endpoint> = {
  [K in Present<E, "params"> | Present<E, "body">]: K extends keyof E ? InputOf<E[K]> : never;
} & { [K in Present<E, "query">]?: K extends keyof E ? InputOf<E[K]> : never };

export type AnswerOf<E extends Endpoint> = E extends { readonly response: z.ZodType }
  ? OutputOf<E["response"]>
  : E extends { readonly contentType: string }
    ? Response
    : undefined;

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Of what has a revision: changes this one and no other, else rejects with changed_meanwhile. */
  readonly ifRevision?: number;
}

export type Client = {
  [N in EndpointName]: (call: CallOf<Endpoints[N]>, options?: CallOptions) => Promise<AnswerOf<Endpoints[N]>>;
};

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * A typed client of the whole API, made from the endpoints' description.
 * Rejects with a CorralError that carries the server's code, message and details.
 */
export const createClient = (base: string, fetch: Fetch, headers: Record<string, string> = {}): Client => {
  const callEndpoint = async (
    endpoint: Endpoint,
    call: { params?: Record<string, string>; query?: Record<string, unknown>; body?: unknown },
    options?: CallOptions,
  ): Promise<unknown> => {
    const sent: Record<string, string> = {
      ...headers,
      ...(call.body !== undefined && { "content-type": "application/json" }),
      ...(options?.ifRevision !== undefined && { "if-match": etagOf({ revision: options.ifRevision }) }),
    };
    const response = await fetch(base + API_PREFIX + pathOf(endpoint.path, call.params) + queryOf(call.query), {
      method: endpoint.method,
      headers: sent,
      body: call.body === undefined ? null : JSON.stringify(call.body),
      credentials: "same-origin",
      signal: options?.signal ?? null,
    });
    if (!response.ok) throw await errorOf(response);
    if (endpoint.contentType !== undefined) return response;
    return endpoint.response === undefined ? undefined : endpoint.response.parse(await response.json());
  };

  return Object.fromEntries(
    Object.entries(endpoints).map(([name, endpoint]) => [
      name,
      (call: object, options?: CallOptions) => callEndpoint(endpoint, call, options),
    ]),
  ) as Client;
};

const pathOf = (path: string, params: Record<string, string> = {}): string =>
  path.replace(/:([a-z]+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ""));

const queryOf = (query: Record<string, unknown> = {}): string => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const parameters = Object.fromEntries(given.map(([key, value]) => [key, String(value)]));
  return given.length === 0 ? "" : `?${new URLSearchParams(parameters)}`;
};

const errorOf = async (response: Response): Promise<CorralError> => {
  const parsed = errorAnswer.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) {
    const { code, message, details } = parsed.data.error;
    return new CorralError(code, message, details);
  }
  return new CorralError(
    "internal",
    `What answered (with status ${response.status}) was not Corral: most often a proxy in front of it that cannot reach it. Try again in a moment, then look whether Corral runs and what the proxy's log says.`,
  );
};
