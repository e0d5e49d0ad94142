import { type EventType, sockets as socketEndpoints } from "@corral/contracts";
import type { GuestRecord } from "@corral/store";
import type { FastifyInstance, FastifyReply } from "fastify";
import { ExecSocket } from "../inside/execSocket.ts";
import { shown } from "../inside/shown.ts";
import { authorOf, type Caller } from "../people/caller.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";
import { socketRoute } from "../sockets/socketRoute.ts";

export const insideRoutes = (api: FastifyInstance, { supervisor, events, commands, sockets }: Services): void => {
  const tell = (type: EventType, { id, ownerId }: GuestRecord, caller: Caller, message: string, data: object): void => {
    events.append({ type, ...authorOf(caller), subject: id, ownerId, message, data: { ...data } });
  };

  route(api, "execInGuest", ({ guest, body, caller, reply }) => commands.run({ guest, caller }, body, whenGone(reply)));

  socketRoute(api, socketEndpoints.exec, (socket, caller, request) => {
    const { guest, log } = request;
    if (guest === null) throw new Error("the socket of a command is about a guest");
    sockets.add(socket, caller, guest.id);
    new ExecSocket(socket, { commands, guest, caller, log });
  });

  route(api, "listProcesses", ({ guest }) => supervisor.inside(guest.id).processes());

  route(api, "readNetwork", ({ guest }) => supervisor.inside(guest.id).network());

  route(api, "listSockets", ({ guest }) => supervisor.inside(guest.id).sockets());

  route(api, "readGuestFile", async ({ guest, query, caller, reply }) => {
    const { path, offset, limit } = query;
    const { bytes, size } = await supervisor.inside(guest.id).readFile(path, offset, limit);
    if (offset === 0) {
      const message = `${caller.actor} copied ${shown(path)} out of ${guest.definition.name}`;
      tell("guest.file-read", guest, caller, message, { path, size });
    }
    reply.headers({
      "x-corral-size": size,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-disposition": "attachment",
    });
    return bytes;
  });

  route(api, "writeGuestFile", async ({ guest, body, caller }) => {
    await supervisor.inside(guest.id).writeFile(body);
    if (!body.last) return;
    const message = `${caller.actor} copied ${shown(body.path)} into ${guest.definition.name}`;
    tell("guest.file-written", guest, caller, message, { path: body.path });
  });
};

/** A command whose caller has gone away is ended. */
const whenGone = (reply: FastifyReply): AbortSignal => {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  return gone.signal;
};
