import type { FastifyInstance } from "fastify";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const sshDoorRoutes = (api: FastifyInstance, { sshEntry }: Services): void => {
  route(api, "getSshDoor", () => sshEntry.state);

  route(api, "changeSshDoor", ({ body, caller }) => sshEntry.change(body, caller));
};
