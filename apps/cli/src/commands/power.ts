import { type GuestAction, guestAction, OPERATIONS, SETTLE_SECONDS_DEFAULT } from "@corral/contracts";
import { type Command, defineCommand } from "../command.ts";
import { secondsOf, settle } from "../settle.ts";

const powerCommand = (action: GuestAction) =>
  defineCommand({
    name: action,
    arguments: ["<guest>"],
    options: {
      wait: { type: "boolean", short: "w", meaning: "wait until it is done, and fail if it does not come to that" },
      timeout: {
        type: "string",
        value: "<seconds>",
        meaning: `how long to wait at most; ${SETTLE_SECONDS_DEFAULT} if not given`,
      },
    },
    ...explained(OPERATIONS[action].meaning),
    run: async ({ args, options, connect, output }) => {
      const seconds = secondsOf(options.timeout);
      const { client } = connect();
      const before = await client.getGuest({ params: { id: args.guest } });
      const asked = await client.guestAction({ params: { id: before.id, action } });
      const guest = options.wait ? await settle(client, action, before, seconds) : asked;
      output.result(guest, ({ definition, state }) => `${definition.name} is ${state}.`);
      return undefined;
    },
  });

/** The first sentence says what it does, the others what that means. */
const explained = (meaning: string): { summary: string; details: string } => {
  const [summary = "", ...details] = meaning.split(/\. /);
  return { summary: summary.replace(/\.$/, ""), details: details.join(". ") };
};

/** One command for each action on a guest. */
export const power: readonly Command[] = guestAction.options.map(powerCommand);
