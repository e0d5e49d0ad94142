import { DISCARD_HOURS } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

export const deleteGuest = defineCommand({
  name: "delete",
  arguments: ["<guest>"],
  options: {
    "for-good": { type: "boolean", meaning: "now, with its disks and console logs" },
    yes: { type: "boolean", short: "y", meaning: "with --for-good: really do it; nothing brings the disks back" },
  },
  summary: `Delete a guest; for ${DISCARD_HOURS} hours it can be brought back`,
  run: async ({ args: { guest }, options, connect, output }) => {
    if (options["for-good"] && !options.yes) {
      throw new CommandError(
        EXIT.usage,
        `This would delete ${guest} with its disks and console logs for good. If you mean it, add --yes.`,
      );
    }
    const { client } = connect();
    const { id, until } = await client.deleteGuest({ params: { id: guest } });
    if (!options["for-good"]) {
      output.result({ deleted: guest, until }, () => `${guest} is deleted. Until ${until}: corral restore ${guest}`);
      return undefined;
    }
    await client.deleteDiscarded({ params: { id } });
    output.result({ deleted: guest, until: null }, () => `${guest} is deleted for good.`);
    return undefined;
  },
});
