import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

export const deleteGuest = defineCommand({
  name: "delete",
  arguments: ["<guest>"],
  options: { yes: { type: "boolean", short: "y", meaning: "really do it; nothing brings the disks back" } },
  summary: "Delete a guest with its disks and console logs",
  run: async ({ args, options, connect, output }) => {
    if (!options.yes) {
      throw new CommandError(
        EXIT.usage,
        `This would delete ${args.guest} with its disks and console logs for good. If you mean it, add --yes.`,
      );
    }
    await connect().client.deleteGuest({ params: { id: args.guest } });
    output.result({ deleted: args.guest }, () => `${args.guest} is deleted.`);
    return undefined;
  },
});
