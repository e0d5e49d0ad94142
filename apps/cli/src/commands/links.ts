import { listAll, table, type WatchLink } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";
import { firstConsole } from "../firstConsole.ts";

const HOUR_S = 3600;

const links = defineCommand({
  name: "links",
  arguments: ["<guest>"],
  options: {},
  summary: "List the watch-only links to a guest's consoles",
  run: async ({ args, connect, output }) => {
    const { client } = connect();
    const items = await listAll((query) => client.listWatchLinks({ params: { id: args.guest }, query }));
    output.result(items, (list) => (list.length === 0 ? "No links." : inTable(list)));
    return undefined;
  },
});

const create = defineCommand({
  name: "link create",
  arguments: ["<guest>", "[console]"],
  options: {
    label: { type: "string", value: "<text>", meaning: "for whom: other viewers read it" },
    hours: { type: "string", value: "<number>", meaning: "hours until it expires; 24, if you say nothing" },
  },
  summary: "Make a link by which anybody watches a console",
  details: "No login is needed, and nobody types by it. It ends earlier if you lose the guest or take it back.",
  run: async ({ args, options, connect, output }) => {
    const { client } = connect();
    const name = args.console ?? (await firstConsole(client, args.guest));
    const body = {
      ...(options.label === undefined ? {} : { label: options.label }),
      ...(options.hours === undefined ? {} : { lifetimeS: secondsOf(options.hours) }),
    };
    const made = await client.createWatchLink({ params: { id: args.guest, name }, body });
    output.result(made, ({ url }) => url);
    return undefined;
  },
});

const deleteLink = defineCommand({
  name: "link delete",
  arguments: ["<guest>", "<link>"],
  options: {},
  summary: "Take a link back, by its id; who watches by it is cut off",
  run: async ({ args, connect, output }) => {
    await connect().client.deleteWatchLink({ params: { id: args.guest, link: args.link } });
    output.result({ deleted: args.link }, () => `The link ${args.link} is taken back.`);
    return undefined;
  },
});

const secondsOf = (hours: string): number => {
  const seconds = Math.round(Number(hours) * HOUR_S);
  if (seconds > 0) return seconds;
  throw new CommandError(EXIT.usage, `--hours must be a number of hours, not "${hours}".`);
};

const inTable = (list: readonly WatchLink[]): string =>
  table(
    ["ID", "CONSOLE", "WATCHING", "UNTIL", "BY", "LABEL"],
    list.map(({ id, console, viewers, expiresAt, createdBy, label }) => [
      id,
      console,
      String(viewers),
      expiresAt,
      createdBy,
      label,
    ]),
  );

export const linkCommands = [links, create, deleteLink] as const;
