import type { EventFilter } from "@corral/store";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { includesRole, maySee } from "../access.ts";
import { Feed } from "../events/feed.ts";
import type { Caller } from "../people/caller.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";
import { closeSocket } from "../sockets/closeSocket.ts";

/** WebSocket's own code for a peer that says what it may not say: the feed is told nothing. */
const POLICY_VIOLATION = 1008;

const feedQuery = z.object({ since: z.coerce.number().int().min(0).optional() });

export const eventRoutes = (api: FastifyInstance, { store, events, sockets }: Services): void => {
  /** Operators see all events, users those about themselves and their guests. */
  const visibleTo = ({ user, limits }: Caller): EventFilter => ({
    ...(user.role === "user" ? { ownerId: user.id } : {}),
    ...(limits?.guestIds == null ? {} : { subjects: limits.guestIds }),
  });

  route(
    api,
    "listEvents",
    ({ query: { limit, before, guest }, caller }) => {
      const subject = guest === undefined ? undefined : (store.guests.find(guest)?.id ?? guest);
      const filter = { ...visibleTo(caller), ...(subject === undefined ? {} : { subject }) };
      return { items: store.events.list({ limit, before, ...filter }) };
    },
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
