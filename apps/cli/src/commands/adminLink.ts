import { defineCommand } from "../command.ts";

export const adminLink = defineCommand({
  name: "admin-link",
  arguments: [],
  options: {},
  summary: "Make a new one-time link that logs an admin in",
  run: async ({ connect, output }) => {
    const link = await connect().client.createAdminLink({});
    output.result(link, ({ url, expiresAt }) => `${url}\nIt works once, until ${expiresAt}.`);
    return undefined;
  },
});
