import { defineEndpoints } from "../endpoint.ts";
import { list } from "../list.ts";
import { mconsoleAnswer } from "../mconsole.ts";
import { byStranger, byStrangerConsole, stranger, strangerCommand, strangerOpening } from "../strangers.ts";

const common = { tag: "strangers", access: { role: "admin" } } as const;

export const strangersEndpoints = defineEndpoints({
  listStrangers: {
    ...common,
    method: "GET",
    path: "/strangers",
    summary: "UML guests on this host that Corral did not start, and what such guests left behind",
    status: 200,
    ...list(stranger, ["kind", "startedAt", "umid", "pid"]),
  },
  strangerMconsole: {
    ...common,
    method: "POST",
    path: "/strangers/:id/mconsole",
    summary:
      "A command to a stranger's management console. What wrecks it is refused; what ends or interrupts it needs confirm",
    status: 200,
    params: byStranger,
    body: strangerCommand,
    response: mconsoleAnswer,
  },
  openStrangerConsole: {
    ...common,
    method: "POST",
    path: "/strangers/:id/consoles/:name",
    summary: "Open a stranger's console that is on a pts, so that it can be attached to",
    status: 204,
    params: byStrangerConsole,
    body: strangerOpening,
  },
  cleanStranger: {
    ...common,
    method: "DELETE",
    path: "/strangers/:id",
    summary: "Remove the umid folder of a guest that has ended",
    status: 204,
    params: byStranger,
  },
});
