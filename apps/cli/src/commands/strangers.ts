import { elapsed, listAll, type Stranger, table } from "@corral/contracts";
import { mebibytes } from "../amounts.ts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

export const strangers = defineCommand({
  name: "strangers",
  arguments: ["[stranger]", "[command...]"],
  options: {
    clean: { type: "boolean", meaning: "remove the folder that a stranger left behind" },
    yes: { type: "boolean", short: "y", meaning: "do what ends or interrupts something without asking" },
  },
  summary: "List UML guests on the server's host that Corral did not start, or ask one's management console",
  details:
    "Such as: corral strangers g4711-98765 proc meminfo. Strangers are named by the ID in the list: another process " +
    "with the same umid has another one.",
  run: async ({ args, options, connect, output }) => {
    const { client } = connect();
    const { stranger } = args;
    const command = args.command.join(" ");
    if (stranger === undefined) {
      if (options.clean) throw new CommandError(EXIT.usage, "Name the stranger whose folder is to be removed.");
      const items = await listAll((query) => client.listStrangers({ query }));
      output.result(items, (list) => (list.length === 0 ? "No strangers." : inTable(list)));
      return undefined;
    }
    const params = { id: stranger };
    if (options.clean) {
      if (command !== "") throw new CommandError(EXIT.usage, "Give either --clean or a command.");
      await client.cleanStranger({ params });
      output.result({ removed: stranger }, () => "Removed.");
      return undefined;
    }
    const body = { command: command === "" ? "version" : command, confirm: options.yes };
    output.result(await client.strangerMconsole({ params, body }), ({ text }) => text);
    return undefined;
  },
});

const inTable = (list: readonly Stranger[]): string =>
  table(
    ["ID", "UMID", "PID", "MEMORY", "UPTIME", "ANSWERS", "CONSOLES", "COMMAND LINE"],
    list.map((each) => [
      each.id,
      each.umid ?? "",
      each.pid?.toString() ?? "",
      each.residentBytes === null ? "" : mebibytes(each.residentBytes),
      each.startedAt === null ? "" : elapsed(each.startedAt),
      each.kind === "stale" ? "left behind" : each.version === null ? "no" : "yes",
      each.consoles.map(({ name, channel }) => `${name}=${channel}`).join(" "),
      each.kind === "stale" ? (each.folder ?? "") : each.commandLine,
    ]),
  );
