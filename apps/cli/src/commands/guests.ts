import { elapsed, type Guest, type GuestState, guestState, listAll, table, unwrittenInWords } from "@corral/contracts";
import { mebibytes } from "../amounts.ts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

export const guests = defineCommand({
  name: "guests",
  arguments: ["[guest]"],
  options: {
    state: {
      type: "string",
      short: "s",
      value: "<state>",
      multiple: true,
      meaning: `only in this state: ${guestState.options.join(", ")}`,
    },
    tag: { type: "string", short: "t", value: "<tag>", multiple: true, meaning: "only with this tag" },
    owner: { type: "string", value: "<user>", meaning: "only of this owner" },
    query: { type: "string", short: "q", value: "<text>", meaning: "only with this text in name or description" },
  },
  summary: "List guests, or one guest",
  run: async ({ args, options, connect, output }) => {
    const states = options.state.map(stateNamed);
    const { client } = connect();
    if (args.guest !== undefined) {
      output.result(
        await client.getGuest({ params: { id: args.guest } }),
        (guest) => inTable([guest]) + unwrittenInWords(guest.consoles),
      );
      return undefined;
    }
    const { query } = options;
    const all = await listAll<Guest>((page) =>
      client.listGuests({ query: { ...page, ...(query === undefined ? {} : { q: query }) } }),
    );
    const wanted = all.filter(
      ({ state, definition }) =>
        (states.length === 0 || states.includes(state)) &&
        options.tag.every((tag) => definition.tags.includes(tag)) &&
        (options.owner === undefined || definition.owner === options.owner),
    );
    output.result(wanted, (list) => (list.length === 0 ? "No guests." : inTable(list)));
    return undefined;
  },
});

const stateNamed = (text: string): GuestState => {
  const parsed = guestState.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new CommandError(EXIT.usage, `There is no state "${text}". States: ${guestState.options.join(", ")}.`);
};

const inTable = (list: readonly Guest[]): string =>
  table(
    ["NAME", "STATE", "KERNEL", "MEMORY", "USED", "LOAD", "CPU", "UPTIME", "OWNER", "TAGS"],
    list.map(({ definition, state, startedAt, vitals: { inside, host } }) => [
      definition.name,
      state,
      definition.kernel,
      `${definition.memoryMiB} MiB`,
      inside === null ? "" : mebibytes(inside.memoryUsedBytes),
      inside === null ? "" : inside.load[0].toFixed(2),
      host?.cpuPercent == null ? "" : `${host.cpuPercent.toFixed(1)} %`,
      startedAt === null ? "" : elapsed(startedAt),
      definition.owner,
      definition.tags.join(","),
    ]),
  );
