import { CorralError } from "@corral/contracts";
import type { FastifyInstance } from "fastify";

/** Refuses what is asked while the server stops. Must come before all other hooks. */
export const stopping = (app: FastifyInstance): void => {
  let isStopping = false;
  app.addHook("preClose", async () => {
    isStopping = true;
  });
  app.addHook("onRequest", async () => {
    if (isStopping) throw new CorralError("stopping", "The server is stopping. Try again when it runs again.");
  });
};
