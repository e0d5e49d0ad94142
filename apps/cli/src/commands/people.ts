import { type Person, role, table } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

const ROLE = {
  type: "string",
  value: "ROLE",
  meaning: `one of ${role.options.join(", ")}; user, if you say nothing`,
} as const;

const roleOf = (text: string | undefined): (typeof role.options)[number] => {
  const parsed = role.safeParse(text ?? "user");
  if (parsed.success) return parsed.data;
  throw new CommandError(EXIT.usage, `There is no role "${text}". There are ${role.options.join(", ")}.`);
};

const users = defineCommand({
  name: "users",
  arguments: [],
  options: {},
  summary: "List everybody who has an account",
  run: async ({ connect, output }) => {
    const { items } = await connect().client.listUsers({});
    output.result(items, inTable);
    return undefined;
  },
});

const inTable = (people: readonly Person[]): string =>
  table(
    ["NAME", "ROLE", "GUESTS", "GROUPS", "STATE"],
    people.map((one) => [
      one.name,
      one.role,
      `${one.guests}`,
      one.groups.join(","),
      one.disabledAt === null ? "" : "disabled",
    ]),
  );

const userCreate = defineCommand({
  name: "user create",
  arguments: ["<name>"],
  options: { role: ROLE },
  summary: "Make an account and print the link by which its user chooses a password",
  run: async ({ args, options, connect, output }) => {
    const made = await connect().client.createUser({ body: { name: args.name, role: roleOf(options.role) } });
    output.result(made, ({ link }) => link?.url ?? "");
    return undefined;
  },
});

const userPassword = defineCommand({
  name: "user password",
  arguments: ["<user>"],
  options: {},
  summary: "Print a one-time link by which a user chooses a new password",
  run: async ({ args, connect, output }) => {
    const link = await connect().client.createPasswordLink({ params: { id: args.user } });
    output.result(link, ({ url }) => url);
    return undefined;
  },
});

const invite = defineCommand({
  name: "invite",
  arguments: [],
  options: { role: ROLE },
  summary: "Print a one-time link by which somebody makes an account of their own",
  run: async ({ options, connect, output }) => {
    const made = await connect().client.createInvite({ body: { role: roleOf(options.role) } });
    output.result(made, ({ url }) => url);
    return undefined;
  },
});

export const people = [users, userCreate, userPassword, invite] as const;
