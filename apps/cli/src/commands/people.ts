import { listAll, type Person, role, table } from "@corral/contracts";
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
    const { client } = connect();
    const items = await listAll((query) => client.listUsers({ query }));
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

const userRole = defineCommand({
  name: "user role",
  arguments: ["<user>", "<role>"],
  options: {},
  summary: "Give a user another role",
  details: `role: ${role.options.join(", ")}.`,
  run: async ({ args, connect, output }) => {
    const body = { role: roleOf(args.role) };
    output.result(await connect().client.changeUser({ params: { id: args.user }, body }), (one) => inTable([one]));
    return undefined;
  },
});

const userRename = defineCommand({
  name: "user rename",
  arguments: ["<user>", "<name>"],
  options: {},
  summary: "Give a user another name",
  run: async ({ args, connect, output }) => {
    const body = { name: args.name };
    output.result(await connect().client.changeUser({ params: { id: args.user }, body }), (one) => inTable([one]));
    return undefined;
  },
});

/** One command to shut an account and one to open it again. */
const userAbled = (disabled: boolean) =>
  defineCommand({
    name: disabled ? "user disable" : "user enable",
    arguments: ["<user>"],
    options: {},
    summary: disabled ? "Let a user in no more; ends what they have open" : "Let a disabled user in again",
    run: async ({ args, connect, output }) => {
      const changed = await connect().client.changeUser({ params: { id: args.user }, body: { disabled } });
      output.result(changed, (one) => inTable([one]));
      return undefined;
    },
  });

const userDelete = defineCommand({
  name: "user delete",
  arguments: ["<user>"],
  options: {},
  summary: "Delete the account of a user who owns no guest",
  run: async ({ args, connect, output }) => {
    await connect().client.deleteUser({ params: { id: args.user } });
    output.result({ deleted: args.user }, () => `The account ${args.user} is deleted.`);
    return undefined;
  },
});

const invites = defineCommand({
  name: "invites",
  arguments: [],
  options: {},
  summary: "List the invitations that nobody has taken up yet",
  run: async ({ connect, output }) => {
    const { client } = connect();
    const items = await listAll((query) => client.listInvites({ query }));
    const rows = items.map(({ id, role: given, createdBy, expiresAt }) => [id, given, createdBy ?? "", expiresAt]);
    output.result(items, () => (rows.length === 0 ? "No invitations." : table(["ID", "ROLE", "BY", "UNTIL"], rows)));
    return undefined;
  },
});

const inviteDelete = defineCommand({
  name: "invite delete",
  arguments: ["<invitation>"],
  options: {},
  summary: "Take an invitation back, by its id",
  run: async ({ args, connect, output }) => {
    await connect().client.deleteInvite({ params: { id: args.invitation } });
    output.result({ deleted: args.invitation }, () => `The invitation ${args.invitation} is taken back.`);
    return undefined;
  },
});

export const people = [
  users,
  userCreate,
  userPassword,
  userRole,
  userRename,
  userAbled(true),
  userAbled(false),
  userDelete,
  invite,
  invites,
  inviteDelete,
] as const;
