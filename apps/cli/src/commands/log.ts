import { ConsoleLog, PlainText } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";
import { firstConsole } from "../firstConsole.ts";

const LINES_MAXIMUM = 1_000_000;

export const log = defineCommand({
  name: "log",
  arguments: ["<guest>", "[console]"],
  options: {
    tail: { type: "string", short: "n", value: "<lines>", meaning: "only the last lines" },
    raw: { type: "boolean", short: "r", meaning: "the bytes as the guest printed them (with --json: in base64)" },
  },
  summary: "Print what a console has printed, without escape sequences",
  details: "The console is the guest's first if none is named; \"kernel\" is the kernel's own log, to its last words.",
  run: async ({ args, options, connect, output }) => {
    const lines = options.tail === undefined ? undefined : lineCount(options.tail);
    const { client } = connect();
    const console = args.console ?? (await firstConsole(client, args.guest));
    const parts = partsOf(new ConsoleLog(client, args.guest, console), lines);

    if (output.json) {
      const bytes = Buffer.concat(await collect(parts));
      const content = options.raw ? { base64: bytes.toString("base64") } : { text: plain(bytes) };
      output.result({ guest: args.guest, console, ...content }, () => "");
      return undefined;
    }
    const text = new PlainText();
    for await (const bytes of parts) await output.bytes(options.raw ? bytes : text.feed(bytes));
    if (!options.raw) await output.bytes(text.end());
    return undefined;
  },
});

async function* partsOf(log: ConsoleLog, lines: number | undefined): AsyncGenerator<Uint8Array> {
  if (lines === undefined) yield* log.whole();
  else yield await log.lastLines(lines);
}

const collect = async (parts: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> => {
  const all: Uint8Array[] = [];
  for await (const bytes of parts) all.push(bytes);
  return all;
};

const plain = (bytes: Uint8Array): string => {
  const text = new PlainText();
  return text.feed(bytes) + text.end();
};

const lineCount = (text: string): number => {
  const lines = Number(text);
  if (/^\d+$/.test(text) && lines <= LINES_MAXIMUM) return lines;
  throw new CommandError(EXIT.usage, `--tail must be a number of lines, at most ${LINES_MAXIMUM}.`);
};
