import { Readable } from "node:stream";
import type { eventFilter } from "@corral/contracts";
import type { EventFilter } from "@corral/store";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { includesRole, maySee } from "../access.ts";
import { eventLines } from "../audit/eventLines.ts";
import { eventsPage } from "../events/eventsPage.ts";
import { Feed } from "../events/feed.ts";
import { visibleTo } from "../events/visibleTo.ts";
import type { Caller } from "../people/caller.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";
import { closeSocket } from "../sockets/closeSocket.ts";

/** WebSocket's own code for a peer that says what it may not say: the feed is told nothing. */
const POLICY_VIOLATION = 1008;

const feedQuery = z.object({ since: z.coerce.number().int().min(0).optional() });

export const eventRoutes = (api: FastifyInstance, { store, events, sockets, viewAs }: Services): void => {
  const wanted = ({ guest, since, until, ...rest }: z.output<typeof eventFilter>, caller: Caller): EventFilter => ({
    ...rest,
    subject: guest === undefined ? undefined : (store.guests.find(guest)?.id ?? guest),
    since: inFull(since),
    until: inFull(until),
    ...visibleTo(caller),
  });

  route(api, "exportEvents", ({ query, caller, reply }) => {
    reply.header("content-disposition", 'attachment; filename="corral-events.jsonl"');
    return Readable.from(eventLines(store, wanted(query, caller)));
  });

  route(
    api,
    "listEvents",
    ({ query: { limit, cursor, sort, before, as, ...query }, caller }) =>
      eventsPage(store, { limit, cursor, before, ascending: sort === "seq" }, wanted(query, viewAs.eyesOf(as, caller))),
    (socket, caller, request) => {
      socket.on("message", () => closeSocket(socket, POLICY_VIOLATION, "The event feed takes no messages."));
      const query = feedQuery.safeParse(request.socketQuery);
      if (!query.success) {
        closeSocket(socket, POLICY_VIOLATION, "since: must be the number of an event");
        return;
      }
      sockets.add(socket, caller, null);
      const maySeeChange = ({ what, id }: { what: string; id: string }): boolean => {
        if (what === "task") return includesRole(caller.user.role, "operator") && caller.limits?.guestIds == null;
        if (what !== "guest") return true;
        const guest = store.guests.find(id);
        return guest !== null && maySee(guest, caller);
      };
      new Feed(socket, store, events, { filter: visibleTo(caller), maySee: maySeeChange }, query.data.since);
    },
  );
};

/** Times are compared as text, so that all must be written alike. */
const inFull = (time: string | undefined) => (time === undefined ? undefined : new Date(time).toISOString());
