import { z } from "zod";
import { byId, defineEndpoints } from "../endpoint.ts";
import { consoleName } from "../guestDefinition.ts";
import { list } from "../list.ts";
import { id, idOrName } from "../text.ts";
import { createdWatchLink, newWatchLink, watched, watchLink, watchSecret } from "../watchLinks.ts";

export const watchLinksEndpoints = defineEndpoints({
  listWatchLinks: {
    method: "GET",
    path: "/guests/:id/links",
    summary: "Watch-only links to a guest's consoles, newest first",
    tag: "consoles",
    access: { role: "user", guest: "manage" },
    status: 200,
    params: byId,
    ...list(watchLink, ["createdAt", "expiresAt", "label"], { usual: "-createdAt" }),
  },
  createWatchLink: {
    method: "POST",
    path: "/guests/:id/consoles/:name/links",
    summary: "Give out a link by which anybody watches one console, without a login, until it expires",
    tag: "consoles",
    access: { role: "user", guest: "manage" },
    status: 201,
    params: z.strictObject({ id: idOrName, name: consoleName }),
    body: newWatchLink,
    response: createdWatchLink,
  },
  deleteWatchLink: {
    method: "DELETE",
    path: "/guests/:id/links/:link",
    summary: "Take a link back; whoever watches by it is cut off",
    tag: "consoles",
    access: { role: "user", guest: "manage" },
    status: 204,
    params: z.strictObject({ id: idOrName, link: id }),
  },
  openWatchLink: {
    method: "POST",
    path: "/watch",
    summary: "What a watch-only link leads to",
    tag: "consoles",
    access: { public: true },
    status: 200,
    body: watchSecret,
    response: watched,
    perMinute: 60,
  },
});
