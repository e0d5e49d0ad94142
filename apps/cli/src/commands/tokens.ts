import { listAll, type Token, table } from "@corral/contracts";
import { defineCommand } from "../command.ts";

export const tokens = defineCommand({
  name: "tokens",
  arguments: [],
  options: {},
  summary: "List your API tokens",
  run: async ({ connect, output }) => {
    const { client } = connect();
    const items = await listAll((query) => client.listTokens({ query }));
    output.result(items, (list) => (list.length === 0 ? "No tokens." : inTable(list)));
    return undefined;
  },
});

export const tokenDelete = defineCommand({
  name: "token delete",
  arguments: ["<token>"],
  options: {},
  summary: "Make a token useless, by its id",
  run: async ({ args, connect, output }) => {
    await connect().client.deleteToken({ params: { id: args.token } });
    output.result({ deleted: args.token }, () => `The token ${args.token} is useless now.`);
    return undefined;
  },
});

const inTable = (list: readonly Token[]): string =>
  table(
    ["ID", "LABEL", "SCOPE", "GUESTS", "EXPIRES", "LAST USED"],
    list.map(({ id, label, scope, guests, expiresAt, lastUsedAt }) => [
      id,
      label,
      scope,
      guests?.join(",") ?? "all",
      expiresAt ?? "never",
      lastUsedAt ?? "never",
    ]),
  );
