import { type Grant, guestRight, table } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

const RIGHTS = [...guestRight.options, "nothing"];

/** Groups are marked as in "@team": a user and a group may have the same name. */
const whomOf = (text: string): Pick<Grant, "kind" | "name"> =>
  text.startsWith("@") ? { kind: "group", name: text.slice(1) } : { kind: "user", name: text };

const share = defineCommand({
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
      output.result(access, inWords);
      return undefined;
    }
    const whom = whomOf(args.whom);
    const right = guestRight.safeParse(args.right);
    if (!right.success && args.right !== "nothing") {
      throw new CommandError(EXIT.usage, `Say what ${args.whom} may do: ${RIGHTS.join(", ")}.`);
    }
    const others = withoutGrantTo(access.grants, whom);
    const grants = right.success ? [...others, { ...whom, right: right.data }] : others;
    output.result(await client.changeGuestAccess({ params, body: { grants } }), inWords);
    return undefined;
  },
});

const unshare = defineCommand({
  name: "unshare",
  arguments: ["<guest>", "<whom>"],
  options: {},
  summary: "Take a guest back from a user or a @group",
  run: async ({ args, connect, output }) => {
    const { client } = connect();
    const params = { id: args.guest };
    const access = await client.getGuestAccess({ params });
    const grants = withoutGrantTo(access.grants, whomOf(args.whom));
    if (grants.length === access.grants.length) {
      throw new CommandError(EXIT.notFound, `${args.guest} is not shared with ${args.whom}.`);
    }
    output.result(await client.changeGuestAccess({ params, body: { grants } }), inWords);
    return undefined;
  },
});

const withoutGrantTo = (grants: readonly Grant[], whom: Pick<Grant, "kind" | "name">): Grant[] =>
  grants.filter(({ kind, name }) => kind !== whom.kind || name !== whom.name);

const inWords = ({ grants }: { readonly grants: readonly Grant[] }): string =>
  grants.length === 0 ? "It is shared with nobody." : inTable(grants);

const inTable = (grants: readonly Grant[]): string =>
  table(
    ["WHOM", "MAY"],
    grants.map(({ kind, name, right }) => [kind === "group" ? `@${name}` : name, right]),
  );

export const shareCommands = [share, unshare] as const;
