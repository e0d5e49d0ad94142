import { type FoundLine, linesOf, logSearchLine } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";
import { firstConsole } from "../firstConsole.ts";

export const search = defineCommand({
  name: "search",
  arguments: ["<guest>", "<text>", "[console]"],
  options: {
    regex: { type: "boolean", short: "e", meaning: "the text is a regular expression" },
    case: { type: "boolean", short: "c", meaning: "capital and small letters differ" },
  },
  summary: "Find the lines of a console's whole log that have some text",
  details: "Each line comes with its offset, its boot and its time. The console is the guest's first if none is named.",
  run: async ({ args, options, connect, output }) => {
    const { client } = connect();
    const name = args.console ?? (await firstConsole(client, args.guest));
    const found: FoundLine[] = [];
    let from: number | null = 0;
    for (let first = true; from !== null; first = false) {
      const query = {
        q: args.text,
        regex: options.regex ? "true" : "false",
        matchCase: options.case ? "true" : "false",
        ...(first ? {} : { from }),
      } as const;
      from = null;
      const answer = await client.searchLog({ params: { id: args.guest, name }, query });
      for await (const text of linesOf(answer)) {
        const line = logSearchLine.parse(JSON.parse(text));
        if (line.type === "error") throw new CommandError(EXIT.usage, line.message);
        if (line.type === "end") from = line.next;
        if (line.type !== "found") continue;
        if (output.json) found.push(line);
        else output.result(line, inWords);
      }
    }
    if (output.json) output.result(found, () => "");
    return undefined;
  },
});

const inWords = ({ offset, boot, at, text }: FoundLine): string =>
  `${offset}\t${boot === null ? "" : `boot ${boot}`}\t${at ?? ""}\t${text}`;
