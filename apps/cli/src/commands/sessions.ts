import { type Session, table } from "@corral/contracts";
import { defineCommand } from "../command.ts";

const sessions = defineCommand({
  name: "sessions",
  arguments: ["[user]"],
  options: {},
  summary: "List the browsers in which you, or a user, are logged in",
  run: async ({ args, connect, output }) => {
    const { client } = connect();
    const { items } =
      args.user === undefined
        ? await client.listSessions({})
        : await client.listSessionsOf({ params: { id: args.user } });
    output.result(items, (list) => (list.length === 0 ? "None." : inTable(list)));
    return undefined;
  },
});

const end = defineCommand({
  name: "session end",
  arguments: ["<session>"],
  options: {},
  summary: "Log one of your browsers out, by the session's id",
  run: async ({ args, connect, output }) => {
    await connect().client.endSession({ params: { id: args.session } });
    output.result({ ended: args.session }, () => `The session ${args.session} is ended.`);
    return undefined;
  },
});

const userLogout = defineCommand({
  name: "user logout",
  arguments: ["<user>"],
  options: {},
  summary: "Log a user out of all browsers",
  run: async ({ args, connect, output }) => {
    await connect().client.endSessionsOf({ params: { id: args.user } });
    output.result({ loggedOut: args.user }, () => `${args.user} is logged out everywhere.`);
    return undefined;
  },
});

const inTable = (list: readonly Session[]): string =>
  table(
    ["ID", "FROM", "SINCE", "LAST SEEN"],
    list.map(({ id, address, createdAt, lastSeenAt }) => [id, address, createdAt, lastSeenAt]),
  );

export const sessionCommands = [sessions, end, userLogout] as const;
