import { z } from "zod";
import { consoleChange } from "../consoleChannel.ts";
import { LOG_READ_MAXIMUM_BYTES } from "../consoleLogs.ts";
import { defineEndpoints } from "../endpoint.ts";
import { guest } from "../guest.ts";
import { consoleName } from "../guestDefinition.ts";
import { idOrName, timestamp } from "../text.ts";

export const consolesEndpoints = defineEndpoints({
  readConsoleLog: {
    method: "GET",
    path: "/guests/:id/consoles/:name/log",
    summary: "Bytes of a console's log; X-Corral-Offset says the offset of the first",
    tag: "consoles",
    access: { role: "user", guest: "watch" },
    status: 200,
    params: z.strictObject({ id: idOrName, name: z.union([consoleName, z.literal("kernel")]) }),
    query: z.strictObject({
      from: z.coerce.number().int().min(0).optional().describe("Default: the last bytes"),
      limit: z.coerce.number().int().min(1).max(LOG_READ_MAXIMUM_BYTES).default(65_536),
    }),
    contentType: "application/octet-stream",
  },
  changeConsole: {
    method: "PATCH",
    path: "/guests/:id/consoles/:name",
    summary: "Connect a console of a running guest to another channel; not while a program of the guest has it open",
    tag: "consoles",
    access: { role: "user", guest: "manage" },
    status: 200,
    params: z.strictObject({ id: idOrName, name: consoleName }),
    body: consoleChange,
    response: guest,
  },
  createTicket: {
    method: "POST",
    path: "/guests/:id/consoles/:name/tickets",
    summary: "A ticket that opens the console's socket once, as ?ticket=, where no header can be sent",
    tag: "consoles",
    access: { role: "user", guest: "watch" },
    status: 201,
    params: z.strictObject({ id: idOrName, name: consoleName }),
    response: z.object({ ticket: z.string(), expiresAt: timestamp }),
  },
});
