import { ConsoleLog, type LogFormat, logFormat, PlainText } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";
import { firstConsole } from "../firstConsole.ts";

const LINES_MAXIMUM = 1_000_000;

export const log = defineCommand({
  name: "log",
  arguments: ["<guest>", "[console]"],
  options: {
    tail: { type: "string", short: "n", value: "<lines>", meaning: "only the last lines" },
    boot: { type: "string", short: "b", value: "<number>", meaning: "only what was printed in this boot" },
    since: {
      type: "string",
      value: "<time>",
      meaning: "only what was printed then or later, such as 2026-11-21T14:30",
    },
    until: { type: "string", value: "<time>", meaning: "only what was printed before" },
    format: { type: "string", value: "<format>", meaning: "text (default), raw, or asciicast for a recording" },
    raw: { type: "boolean", short: "r", meaning: "the bytes as the guest printed them (with --json: in base64)" },
  },
  summary: "Print what a console has printed, without escape sequences",
  details: "The console is the guest's first if none is named; \"kernel\" is the kernel's own log, to its last words.",
  run: async ({ args, options, connect, output }) => {
    const lines = options.tail === undefined ? undefined : lineCount(options.tail);
    const { client } = connect();
    const console = args.console ?? (await firstConsole(client, args.guest));
    if (wantsPart(options)) {
      if (lines !== undefined || output.json) {
        throw new CommandError(EXIT.usage, "--tail and --json do not go together with a part of a log or a format.");
      }
      const answer = await client.downloadLog({ params: { id: args.guest, name: console }, query: partOf(options) });
      for await (const bytes of answer.body ?? []) await output.bytes(bytes);
      return undefined;
    }
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

interface PartOptions {
  readonly boot: string | undefined;
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly format: string | undefined;
  readonly raw: boolean;
}

const wantsPart = ({ boot, since, until, format }: PartOptions): boolean =>
  [boot, since, until, format].some((option) => option !== undefined);

const partOf = ({ boot, since, until, format, raw }: PartOptions) => ({
  format: format === undefined ? (raw ? "raw" : "text") : formatOf(format),
  ...(boot !== undefined && { boot: bootNumber(boot) }),
  ...(since !== undefined && { since: timeOf("--since", since) }),
  ...(until !== undefined && { until: timeOf("--until", until) }),
});

const formatOf = (text: string): LogFormat => {
  const format = logFormat.safeParse(text);
  if (format.success) return format.data;
  throw new CommandError(EXIT.usage, `--format must be one of ${logFormat.options.join(", ")}.`);
};

const bootNumber = (text: string): number => {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CommandError(EXIT.usage, "--boot must be the number of a boot; corral boots <guest> lists them.");
};

/** As the person's own clock shows it, unless it says otherwise. */
const timeOf = (option: string, text: string): string => {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new CommandError(EXIT.usage, `${option} must be a time such as 2026-11-21T14:30.`);
};
