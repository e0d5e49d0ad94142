import type { FastifyInstance } from "fastify";
import { listPage } from "../listPage.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const kernelRoutes = (api: FastifyInstance, { kernels }: Services): void => {
  route(api, "listKernels", ({ query, caller }) => listPage(kernels.list(caller), query));
  route(api, "findKernels", async ({ query }) =>
    listPage(await kernels.find(query.folder), query, { id: ({ path }) => path }),
  );
  route(api, "registerKernel", ({ body, caller }) => kernels.register(body.path, body.name, caller));
  route(api, "deleteKernel", ({ params, caller }) => kernels.delete(params.id, caller));
};
