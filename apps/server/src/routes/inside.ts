import type { EventType } from "@corral/contracts";
import type { GuestRecord } from "@corral/store";
import type { FastifyInstance, FastifyReply } from "fastify";
import { authorOf, type Caller } from "../people/caller.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

/** Of a command, so much is kept in its event: what was meant, not what it was given. */
const EVENT_WORDS = 4;
const EVENT_CHARACTERS = 80;

export const insideRoutes = (api: FastifyInstance, { supervisor, events }: Services): void => {
  const tell = (type: EventType, { id, ownerId }: GuestRecord, caller: Caller, message: string, data: object): void => {
    events.append({ type, ...authorOf(caller), subject: id, ownerId, message, data: { ...data } });
  };

  route(api, "execInGuest", async ({ guest, body, caller, reply }) => {
    const inside = supervisor.inside(guest.id);
    const command = firstWords(body.command);
    // Before it is run, since it may be the last thing that the guest ever does.
    tell("guest.exec", guest, caller, `${caller.actor} ran ${command} in ${guest.definition.name}`, { command });
    return inside.exec(body, whenGone(reply));
  });

  route(api, "listProcesses", ({ guest }) => supervisor.inside(guest.id).processes());

  route(api, "readNetwork", ({ guest }) => supervisor.inside(guest.id).network());

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

const shown = (text: string): string => text.replace(/[\p{C}\u2028\u2029]+/gu, " ").slice(0, EVENT_CHARACTERS);

const firstWords = (command: readonly string[]): string => shown(command.slice(0, EVENT_WORDS).join(" "));

/** A command whose caller has gone away is ended. */
const whenGone = (reply: FastifyReply): AbortSignal => {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  return gone.signal;
};
