import type { Guest } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import { pageOf } from "../paging.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const guestRoutes = (api: FastifyInstance, { guests, discarded, viewAs, sockets }: Services): void => {
  route(api, "listGuests", ({ query, caller }) => {
    const found = guests.list(viewAs.eyesOf(query.as, caller)).filter((guest) => matches(guest, query.q));
    const field = query.sort.replace("-", "") as "name" | "state" | "createdAt" | "memoryMiB";
    return pageOf(found, query, { key: SORT_KEYS[field], id: ({ id }) => id, descending: query.sort.startsWith("-") });
  });

  route(api, "createGuest", ({ body, caller }) => guests.create(body, caller));

  route(api, "getGuest", ({ guest, caller }) => guests.answer(guest, caller));

  route(api, "changeGuest", async ({ guest, body, caller }) => {
    const changed = await guests.change(guest, body, caller);
    // It may have another owner now.
    if (body.owner !== undefined) sockets.recheck();
    return changed;
  });

  route(api, "deleteGuest", ({ guest, caller }) => {
    const answer = discarded.discard(guest, caller);
    sockets.closeOfGuest(guest.id);
    return answer;
  });

  route(api, "guestAction", ({ guest, params, caller }) => guests.act(guest, params.action, caller));
};

const SORT_KEYS = {
  name: ({ definition }: Guest) => definition.name,
  state: ({ state }: Guest) => state,
  createdAt: ({ createdAt }: Guest) => createdAt,
  memoryMiB: ({ definition }: Guest) => definition.memoryMiB,
};

/** Every word must occur somewhere in what the table shows of a guest. */
const matches = ({ definition, state }: Guest, q = ""): boolean => {
  const { name, description, owner, kernel, tags } = definition;
  const text = [name, description, owner, kernel, state, ...tags].join("\n").toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
};
