import { type DiscardedGuest, listAll, table } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

const discarded = defineCommand({
  name: "discarded",
  arguments: [],
  options: {},
  summary: "List the guests that can be brought back",
  run: async ({ connect, output }) => {
    const { client } = connect();
    const items = await listAll((query) => client.listDiscarded({ query }));
    output.result(items, (list) => (list.length === 0 ? "No deleted guests." : inTable(list)));
    return undefined;
  },
});

const restore = defineCommand({
  name: "restore",
  arguments: ["<guest>"],
  options: {},
  summary: "Bring a deleted guest back",
  run: async ({ args, connect, output }) => {
    const guest = await connect().client.restoreGuest({ params: { id: args.guest } });
    output.result(guest, ({ definition }) => `${definition.name} is back.`);
    return undefined;
  },
});

const deleteDiscarded = defineCommand({
  name: "discarded delete",
  arguments: ["<guest>"],
  options: { yes: { type: "boolean", short: "y", meaning: "really do it; nothing brings the disks back" } },
  summary: "Delete for good what could still be brought back",
  run: async ({ args, options, connect, output }) => {
    if (!options.yes) {
      throw new CommandError(EXIT.usage, `This would delete ${args.guest} for good. If you mean it, add --yes.`);
    }
    await connect().client.deleteDiscarded({ params: { id: args.guest } });
    output.result({ deleted: args.guest }, () => `${args.guest} is deleted for good.`);
    return undefined;
  },
});

const inTable = (list: readonly DiscardedGuest[]): string =>
  table(
    ["NAME", "OWNER", "DISK", "UNTIL", "ID"],
    list.map(({ name, owner, diskMiB, until, id }) => [name, owner, `${diskMiB} MiB`, until, id]),
  );

export const discardedCommands = [discarded, restore, deleteDiscarded] as const;
