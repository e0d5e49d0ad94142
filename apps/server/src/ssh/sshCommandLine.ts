import { parseArgs } from "node:util";
import {
  type Client,
  ConsoleLog,
  CorralError,
  EXIT,
  type ExecEnd,
  elapsed,
  execExitCode,
  execRemarks,
  exitCodeOf,
  type Guest,
  idOrName,
  listAll,
  PlainText,
  printable,
  SETTLE_SECONDS_DEFAULT,
  SETTLE_SECONDS_MAXIMUM,
  type SshCommand,
  type SshCommandName,
  type SshOption,
  settle,
  sshCommands,
  table,
  unwrittenInWords,
} from "@corral/contracts";
import { loadOf } from "./loadOf.ts";
import { sshHelp } from "./sshHelp.ts";
import { wordsOf } from "./words.ts";

/** Longer than anything that is a command. */
const LINE_MAXIMUM_CHARACTERS = 8_192;
const TAIL_LINES_MAXIMUM = 100_000;

/** Where a command's words go. `write` resolves when there is room for more. */
export interface CommandOutput {
  write(text: string): Promise<void>;
  error(text: string): void;
  /** Is aborted when the person has gone. */
  readonly signal: AbortSignal;
}

/**
 * Runs a command in a guest whose input and output come and go meanwhile. Null: that cannot be, and the API says why.
 */
export type StreamCommand = (guest: string, words: readonly string[]) => Promise<ExecEnd> | null;

interface CommandCall {
  readonly client: Client;
  readonly output: CommandOutput;
  /** Words after the command's name that are no options. */
  readonly words: readonly string[];
  readonly json: boolean;
  readonly options: { readonly tail?: string; readonly wait?: boolean; readonly timeout?: string };
  readonly command: SshCommand;
}

/** Runs what stood after the host on ssh's command line, with the API as that person may use it. The exit code. */
export const runSshCommand = async (
  line: string,
  client: Client,
  output: CommandOutput,
  stream: StreamCommand,
): Promise<number> => {
  // Known before anything is parsed, so that a usage error can be JSON too.
  const json = /(^|\s)--json(\s|$)/.test(line.slice(0, LINE_MAXIMUM_CHARACTERS).split(" -- ")[0] ?? "");
  try {
    return await run(line, client, output, stream);
  } catch (error) {
    const known =
      error instanceof CorralError ? error : new CorralError("internal", "Something went wrong in the server.");
    const isUsage = error instanceof UsageError;
    const code = isUsage ? "usage" : error instanceof NotDone ? "failed" : known.code;
    const words = json ? JSON.stringify({ error: { code, message: known.message } }) : `corral: ${known.message}`;
    output.error(`${printable(words)}\n`);
    return isUsage ? EXIT.usage : exitCodeOf[known.code];
  }
};

class UsageError extends CorralError {
  constructor(problem: string) {
    super("invalid_request", `${problem} Say help for the list of commands.`);
  }
}

/** What was asked for has begun, and did not come to its end. */
class NotDone extends CorralError {
  constructor(words: string) {
    super("cancelled", words);
  }
}

const run = async (line: string, client: Client, output: CommandOutput, stream: StreamCommand): Promise<number> => {
  if (line.length > LINE_MAXIMUM_CHARACTERS) throw new UsageError("This is no command: it is too long.");
  const [name = "", ...rest] = wordsOf(line) ?? [];
  if (name === "help") {
    await output.write(sshHelp());
    return EXIT.ok;
  }
  if (name === "exec") return execute(client, output, rest, stream);
  if (!Object.hasOwn(sshCommands, name)) {
    throw new UsageError(
      name === "" ? "There is no command, or a quote is left open." : `There is no command "${name.slice(0, 100)}".`,
    );
  }
  const command: SshCommand = sshCommands[name as SshCommandName];
  const { positionals, values } = parsed(rest, command);
  const { json = false, ...options } = values;
  await RUN[name as Exclude<SshCommandName, "exec">]({ client, output, words: positionals, json, options, command });
  return EXIT.ok;
};

/** Ends as the command in the guest did. */
const execute = async (
  client: Client,
  output: CommandOutput,
  words: readonly string[],
  stream: StreamCommand,
): Promise<number> => {
  const [guest, dashes, ...command] = words;
  if (guest === undefined || dashes !== "--" || command.length === 0) {
    throw new UsageError(`It is: ${sshCommands.exec.usage}.`);
  }
  if (!idOrName.safeParse(guest).success) throw new CorralError("not_found", "There is no such guest.");
  const streamed = await stream(guest, command);
  if (streamed !== null) return ended(streamed, output);
  // Whoever may not, or whose guest is off, is told so by the API, which also writes it down.
  const answer = await client.execInGuest({ params: { id: guest }, body: { command } });
  await output.write(answer.stdout);
  output.error(answer.stderr);
  return ended(answer, output);
};

const ended = (end: ExecEnd, output: CommandOutput): number => {
  for (const remark of execRemarks(end)) output.error(`corral: ${remark}\n`);
  return execExitCode(end);
};

const OPTIONS = {
  wait: { type: "boolean", short: "w" },
  timeout: { type: "string" },
  tail: { type: "string", short: "n" },
} as const satisfies Record<SshOption, object>;

const parsed = (args: string[], { options = [], usage }: SshCommand) => {
  const { values, positionals } = parsedWords(args);
  const foreign = (Object.keys(OPTIONS) as SshOption[]).find((name) => name in values && !options.includes(name));
  if (foreign !== undefined) throw new UsageError(`It takes no --${foreign}. It is: ${usage}.`);
  return { values, positionals };
};

const parsedWords = (args: string[]) => {
  try {
    return parseArgs({ args, allowPositionals: true, options: { json: { type: "boolean" }, ...OPTIONS } });
  } catch (error) {
    throw new UsageError((error as Error).message.split(". ")[0] ?? "");
  }
};

const argumentsOf = ({ words, command }: CommandCall, most: number): string[] => {
  if (words.length > most) throw new UsageError(`That is one word too many. It is: ${command.usage}.`);
  const wrong = words.find((word) => !idOrName.safeParse(word).success);
  if (wrong !== undefined)
    throw new CorralError("not_found", `There is nothing named ${JSON.stringify(wrong.slice(0, 100))}.`);
  return [...words];
};

const guestNamed = (call: CommandCall): string => {
  const [guest] = argumentsOf(call, 1);
  if (guest === undefined) throw new UsageError(`<guest> is missing. It is: ${call.command.usage}.`);
  return guest;
};

const act = async (call: CommandCall): Promise<void> => {
  const { client, command, options, output } = call;
  const { action } = command;
  if (action === undefined) throw new Error(`${command.usage} has no action`);
  const [id, seconds] = [guestNamed(call), secondsOf(options.timeout)];
  const before = options.wait ? await client.getGuest({ params: { id } }) : null;
  let guest = await client.guestAction({ params: { id, action } });
  if (before !== null) {
    const settled = await settle(client, action, before, { seconds, signal: output.signal });
    if (!settled.isDone) throw new NotDone(settled.words);
    guest = settled.guest;
  }
  await tell(call, guest, () => `${guest.definition.name} is ${guest.state}.`);
};

const secondsOf = (text = String(SETTLE_SECONDS_DEFAULT)): number => {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= SETTLE_SECONDS_MAXIMUM) return seconds;
  throw new UsageError(`--timeout must be a number of seconds, at most ${SETTLE_SECONDS_MAXIMUM}.`);
};

const RUN: Record<Exclude<SshCommandName, "exec">, (call: CommandCall) => Promise<void>> = {
  list: async (call) => {
    argumentsOf(call, 0);
    const guests = await listAll((query) => call.client.listGuests({ query }));
    await tell(call, guests, () => (guests.length === 0 ? "No guests." : inTable(guests)));
  },
  status: async (call) => {
    const guest = await call.client.getGuest({ params: { id: guestNamed(call) } });
    const { ending, state } = guest;
    const words = state === "crashed" && ending !== null ? `\n${ending.message} ${ending.remedy ?? ""}` : "";
    await tell(call, guest, () => inTable([guest]) + words.trimEnd() + unwrittenInWords(guest.consoles));
  },
  boot: act,
  shutdown: act,
  restart: act,
  "force-off": act,
  log: async (call) => {
    const { client, options, output } = call;
    const [guest, given] = argumentsOf(call, 2);
    if (guest === undefined) throw new UsageError(`<guest> is missing. It is: ${call.command.usage}.`);
    const console = given ?? (await firstConsole(client, guest));
    const plain = new PlainText();
    const printed = new ConsoleLog(client, guest, console);
    if (call.json) {
      const bytes = await printed.lastLines(lineCount(options.tail ?? String(TAIL_LINES_MAXIMUM)));
      await tell(call, { guest, console, text: plain.feed(bytes) + plain.end() }, () => "");
      return;
    }
    for await (const bytes of partsOf(printed, options.tail)) await output.write(plain.feed(bytes));
    await output.write(plain.end());
  },
};

const tell = ({ output, json }: CommandCall, value: unknown, inWords: () => string): Promise<void> => {
  const text = json ? JSON.stringify(value, null, 2) : printable(inWords());
  // JSON leaves DEL and the C1 controls as they are, which some terminals obey.
  return output.write(`${text.replace(/[\u007f-\u009f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}\n`);
};

const inTable = (guests: readonly Guest[]): string =>
  table(
    ["NAME", "STATE", "KERNEL", "MEMORY", "UPTIME", "LOAD", "OWNER"],
    guests.map(({ definition, state, startedAt, vitals }) => [
      definition.name,
      state,
      definition.kernel,
      `${definition.memoryMiB} MiB`,
      startedAt === null ? "" : elapsed(startedAt),
      loadOf(vitals),
      definition.owner,
    ]),
  );

const firstConsole = async (client: Client, id: string): Promise<string> => {
  const { consoles } = await client.getGuest({ params: { id } });
  const first = consoles.find(({ attachable }) => attachable);
  if (first === undefined) throw new CorralError("not_found", `${id} has no console that can be attached to.`);
  return first.name;
};

async function* partsOf(log: ConsoleLog, tail: string | undefined): AsyncGenerator<Uint8Array> {
  if (tail === undefined) yield* log.whole();
  else yield await log.lastLines(lineCount(tail));
}

const lineCount = (text: string): number => {
  const lines = Number(text);
  if (/^\d+$/.test(text) && lines <= TAIL_LINES_MAXIMUM) return lines;
  throw new UsageError(`--tail must be a number of lines, at most ${TAIL_LINES_MAXIMUM}.`);
};
