import type { FastifyInstance } from "fastify";
import { listPage } from "../listPage.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const imageRoutes = (api: FastifyInstance, { images }: Services): void => {
  route(api, "listImages", async ({ query, caller }) => listPage(await images.list(caller), query));
  route(api, "buildDemoImage", ({ caller }) => images.buildDemo(caller));
  route(api, "buildDebianImage", ({ body, caller }) => images.buildDebian(body, caller));
  route(api, "registerImage", ({ body, caller }) => images.register(body, caller));
  route(api, "deleteImage", ({ params, caller }) => images.delete(params.id, caller));
};
