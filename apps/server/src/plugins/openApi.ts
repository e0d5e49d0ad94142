import {
  type Endpoint,
  type EndpointName,
  ERROR_STATUS,
  type ErrorCode,
  endpoints,
  errorAnswer,
  errorsOf,
} from "@corral/contracts";
import swagger, { type SwaggerTransform } from "@fastify/swagger";
import swaggerPage from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import { z } from "zod";
import { VERSION } from "../version.ts";

/** Describes the API at /api/docs. Must be registered before the routes that it describes. */
export const openApi = async (app: FastifyInstance): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Corral",
        version: VERSION,
        description: "Everything the page can do. Send an API token as Authorization: Bearer corral_…",
      },
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      security: [{ token: [] }],
    },
    transform: describe,
  });
  await app.register(swaggerPage, { routePrefix: "/api/docs", uiConfig: { validatorUrl: null } });
};

/** Adds what Fastify need not know to answer: the errors, and answers without JSON. */
const describe: SwaggerTransform = (document) => {
  const { schema, url } = jsonSchemaTransform(document as Parameters<typeof jsonSchemaTransform>[0]);
  const { operationId, response } = (schema ?? {}) as { operationId?: EndpointName; response?: object };
  if (operationId === undefined) return { schema, url };
  const endpoint: Endpoint = endpoints[operationId];
  return {
    schema: { ...schema, response: { ...otherAnswerOf(endpoint), ...response, ...errorAnswersOf(endpoint) } },
    url,
  } as ReturnType<SwaggerTransform>;
};

const otherAnswerOf = ({ status, response, contentType }: Endpoint): object => {
  if (response !== undefined) return {};
  if (contentType === undefined) return { [status]: { description: "It is done", type: "null" } };
  return { [status]: { description: "Bytes", content: { [contentType]: { schema: { type: "string" } } } } };
};

const { $schema: _, ...errorSchema } = z.toJSONSchema(errorAnswer, { io: "output" });

const errorAnswersOf = (endpoint: Endpoint): object => {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorsOf(endpoint)) {
    byStatus.set(ERROR_STATUS[code], [...(byStatus.get(ERROR_STATUS[code]) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      { description: codes.join(", "), content: { "application/json": { schema: errorSchema } } },
    ]),
  );
};
