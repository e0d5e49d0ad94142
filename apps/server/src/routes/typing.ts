import type { FastifyInstance } from "fastify";
import { listPage } from "../listPage.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const typingRoutes = (api: FastifyInstance, { supervisor, typing }: Services): void => {
  route(api, "getTyping", ({ guest }) => typing.of(guest));

  route(api, "changeTyping", ({ guest, body, caller }) => typing.change(guest, body, caller));

  route(api, "listTyped", ({ guest, query }) =>
    listPage(supervisor.typed(guest.id), query, { id: ({ console, offset, text }) => `${offset} ${console} ${text}` }),
  );
};
