import { type Grant, guestRight, table } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

const RIGHTS = [...guestRight.options, "nothing"];

/** Groups are marked as in "@team": a user and a group may have the same name. */
const whomOf = (text: string): Pick<Grant, "kind" | "name"> =>
  text.startsWith("@") ? { kind: "group", name: text.slice(1) } : { kind: "user", name: text };

export const share = defineCommand({
  name: "share",
  arguments: ["<guest>", "[whom]", "[right]"],
  options: {},
  summary: "Share a guest with a user or a @group, or list with whom it is shared",
  details: `right: ${RIGHTS.join(", ")}.`,
  run: async ({ args, connect, output }) => {
    const { client } = connect();
    const params = { id: args.guest };
    const access = await client.getGuestAccess({ params });
    if (args.whom === undefined) {
      output.result(access, ({ grants }) => (grants.length === 0 ? "It is shared with nobody." : inTable(grants)));
      return undefined;
    }
    const whom = whomOf(args.whom);
    const right = guestRight.safeParse(args.right);
    if (!right.success && args.right !== "nothing") {
      throw new CommandError(EXIT.usage, `Say what ${args.whom} may do: ${RIGHTS.join(", ")}.`);
    }
    const others = access.grants.filter(({ kind, name }) => kind !== whom.kind || name !== whom.name);
    const grants = right.success ? [...others, { ...whom, right: right.data }] : others;
    output.result(await client.changeGuestAccess({ params, body: { grants } }), (changed) => inTable(changed.grants));
    return undefined;
  },
});

const inTable = (grants: readonly Grant[]): string =>
  table(
    ["WHOM", "MAY"],
    grants.map(({ kind, name, right }) => [kind === "group" ? `@${name}` : name, right]),
  );
