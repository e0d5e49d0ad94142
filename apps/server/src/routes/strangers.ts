import { CorralError, sockets as socketEndpoints } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import { attachConsole, type Consoles } from "../consoles/attachConsole.ts";
import { listPage } from "../listPage.ts";
import { CommandLimit } from "../mconsole/commandLimit.ts";
import { unconfirmed, whatItInterrupts } from "../mconsole/interruptions.ts";
import { authorOf } from "../people/caller.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";
import { socketRoute } from "../sockets/socketRoute.ts";

/** What an event keeps of a command and of its answer's first line. */
const TOLD_MAXIMUM = 160;

export const strangerRoutes = (api: FastifyInstance, { supervisor, events, sockets }: Services): void => {
  const limit = new CommandLimit();

  route(api, "listStrangers", async ({ query }) => listPage(await supervisor.strangers.list(), query));

  route(api, "strangerMconsole", async ({ params: { id }, body: { command, confirm }, caller }) => {
    const meaning = confirm ? null : whatItInterrupts(command);
    if (meaning !== null) throw unconfirmed(command, meaning);
    limit.take(id);
    const tell = (result: "done" | "refused", answer: string): void => {
      const [first = ""] = answer.trim().split("\n");
      const told = first.replace(/\p{Cc}/gu, " ").slice(0, TOLD_MAXIMUM);
      const what = command.slice(0, TOLD_MAXIMUM);
      events.append({
        type: "stranger.mconsole",
        ...authorOf(caller),
        result,
        subject: id,
        message: `${caller.actor}: mconsole ${what} of stranger ${id}${told === "" ? "" : `: ${told}`}`,
        data: { command: what, answer: told },
      });
    };
    try {
      const text = await supervisor.strangers.mconsole(id, /^log ./.test(command) ? `${command}\n` : command);
      tell("done", text);
      return { text: text.replace(/^\n/, "") };
    } catch (error) {
      if (error instanceof CorralError) tell("refused", error.message);
      throw error;
    }
  });

  route(api, "openStrangerConsole", async ({ params: { id, name }, body, caller }) => {
    await supervisor.strangers.openConsole(id, name, body.confirm);
    events.append({
      type: "stranger.opened",
      ...authorOf(caller),
      subject: id,
      message: `${caller.actor} opened ${name} of stranger ${id}`,
      data: { console: name },
    });
  });

  const consoles: Consoles = {
    attach: (...attach) => supervisor.strangers.attach(...attach),
    // It has no states that Corral knows of: a console that can be attached to belongs to a guest that runs.
    onEvent: () => () => {},
    status: () => ({ state: "running" }),
  };
  socketRoute(api, socketEndpoints.strangerAttach, (socket, caller, request) => {
    sockets.add(socket, caller, null);
    const { id = "", name: consoleName = "" } = request.params as { id?: string; name?: string };
    const guest = { id, definition: { name: `stranger ${id}` } };
    attachConsole(socket, {
      supervisor: consoles,
      events,
      guest,
      consoleName,
      caller,
      right: "manage",
      log: request.log,
    });
  });

  route(api, "cleanStranger", async ({ params: { id }, caller }) => {
    const folder = await supervisor.strangers.clean(id);
    events.append({
      type: "stranger.cleaned",
      ...authorOf(caller),
      subject: id,
      message: `${caller.actor} removed ${folder}, which a guest had left behind`,
      data: { folder },
    });
  });
};
