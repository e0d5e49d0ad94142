import { type Client, type Group, listAll, meantBy, table } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

const groups = defineCommand({
  name: "groups",
  arguments: [],
  options: {},
  summary: "List the groups and who is in them",
  run: async ({ connect, output }) => {
    const { client } = connect();
    const items = await listAll((query) => client.listGroups({ query }));
    output.result(items, (list) => (list.length === 0 ? "No groups." : inTable(list)));
    return undefined;
  },
});

const create = defineCommand({
  name: "group create",
  arguments: ["<name>", "[user...]"],
  options: {},
  summary: "Make a group",
  run: async ({ args, connect, output }) => {
    const made = await connect().client.createGroup({ body: { name: args.name, members: [...args.user] } });
    output.result(made, (group) => inTable([group]));
    return undefined;
  },
});

const add = defineCommand({
  name: "group add",
  arguments: ["<group>", "<user...>"],
  options: {},
  summary: "Put users into a group",
  run: async ({ args, connect, output }) => {
    const { client } = connect();
    const { id, members } = await groupNamed(client, args.group);
    const body = { members: [...new Set([...members, ...args.user])] };
    output.result(await client.changeGroup({ params: { id }, body }), (group) => inTable([group]));
    return undefined;
  },
});

const remove = defineCommand({
  name: "group remove",
  arguments: ["<group>", "<user...>"],
  options: {},
  summary: "Take users out of a group",
  run: async ({ args, connect, output }) => {
    const { client } = connect();
    const { id, members } = await groupNamed(client, args.group);
    const absent = args.user.find((user) => !members.includes(user));
    if (absent !== undefined) throw new CommandError(EXIT.notFound, `${absent} is not in the group ${args.group}.`);
    const body = { members: members.filter((member) => !args.user.includes(member)) };
    output.result(await client.changeGroup({ params: { id }, body }), (group) => inTable([group]));
    return undefined;
  },
});

const rename = defineCommand({
  name: "group rename",
  arguments: ["<group>", "<name>"],
  options: {},
  summary: "Give a group another name",
  run: async ({ args, connect, output }) => {
    const changed = await connect().client.changeGroup({ params: { id: args.group }, body: { name: args.name } });
    output.result(changed, (group) => inTable([group]));
    return undefined;
  },
});

const deleteGroup = defineCommand({
  name: "group delete",
  arguments: ["<group>"],
  options: {},
  summary: "Delete a group; what was shared with it no longer is",
  run: async ({ args, connect, output }) => {
    await connect().client.deleteGroup({ params: { id: args.group } });
    output.result({ deleted: args.group }, () => `The group ${args.group} is deleted.`);
    return undefined;
  },
});

/** Throws a CommandError for one that there is not. */
export const groupNamed = async (client: Pick<Client, "listGroups">, idOrName: string): Promise<Group> => {
  const items = await listAll((query) => client.listGroups({ query }));
  const found = meantBy(items, idOrName, ({ name }) => name);
  if (found === undefined) throw new CommandError(EXIT.notFound, `There is no group ${idOrName}.`);
  return found;
};

const inTable = (list: readonly Group[]): string =>
  table(
    ["NAME", "MEMBERS", "QUOTA"],
    list.map(({ name, members, quota }) => [name, members.join(","), quota === null ? "" : "yes"]),
  );

export const groupCommands = [groups, create, add, remove, rename, deleteGroup] as const;
