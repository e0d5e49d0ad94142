import { byId, defineEndpoints } from "../endpoint.ts";
import { list } from "../list.ts";
import { guestTyping, guestTypingChanges, typedEntry } from "../typing.ts";

export const typingEndpoints = defineEndpoints({
  getTyping: {
    method: "GET",
    path: "/guests/:id/typing",
    summary: "Which consoles are shared, and whether input is recorded",
    tag: "consoles",
    access: { role: "user", guest: "watch" },
    status: 200,
    params: byId,
    response: guestTyping,
  },
  changeTyping: {
    method: "PATCH",
    path: "/guests/:id/typing",
    summary: "Share consoles among all who may write, or record input; viewers are told at once",
    tag: "consoles",
    access: { role: "user", guest: "manage" },
    status: 200,
    params: byId,
    body: guestTypingChanges,
    response: guestTyping,
  },
  listTyped: {
    method: "GET",
    path: "/guests/:id/typed",
    summary: "What was typed while input was recorded, oldest first",
    tag: "consoles",
    access: { role: "user", guest: "manage" },
    status: 200,
    params: byId,
    ...list(typedEntry, ["at", "console", "user"]),
  },
});
