import { DISCARD_HOURS, type DiscardedGuest, table } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

const discard = defineCommand({
  name: "discard",
  arguments: ["<guest>"],
  options: {},
  summary: `Delete a guest so that it can be brought back for ${DISCARD_HOURS} hours`,
  run: async ({ args, connect, output }) => {
    const gone = await connect().client.discardGuest({ params: { id: args.guest } });
    output.result(gone, ({ name, until }) => `${name} is deleted. Until ${until}: corral restore ${name}`);
    return undefined;
  },
});

const discarded = defineCommand({
  name: "discarded",
  arguments: [],
  options: {},
  summary: "List the guests that can be brought back",
  run: async ({ connect, output }) => {
    const { items } = await connect().client.listDiscarded({});
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
    ["NAME", "OWNER", "UNTIL", "ID"],
    list.map(({ name, owner, until, id }) => [name, owner, until, id]),
  );

export const discardedCommands = [discard, discarded, restore, deleteDiscarded] as const;
