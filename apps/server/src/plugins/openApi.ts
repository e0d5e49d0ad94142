import swagger from "@fastify/swagger";
import swaggerPage from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
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
    transform: jsonSchemaTransform,
  });
  await app.register(swaggerPage, { routePrefix: "/api/docs", uiConfig: { validatorUrl: null } });
};
