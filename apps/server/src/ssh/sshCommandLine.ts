import { parseArgs } from "node:util";
import {
  type Client,
  ConsoleLog,
  CorralError,
  EXIT,
  elapsed,
  exitCodeOf,
  type Guest,
  idOrName,
  PlainText,
  printable,
  type SshCommand,
  type SshCommandName,
  sshCommands,
  table,
} from "@corral/contracts";
import { wordsOf } from "./words.ts";

/** Longer than anything that is a command. */
const LINE_MAXIMUM_CHARACTERS = 8_192;
const TAIL_LINES_MAXIMUM = 100_000;

/** Where a command's words go. `write` resolves when there is room for more. */
export interface CommandOutput {
  write(text: string): Promise<void>;
  error(text: string): void;
}

interface CommandCall {
  readonly client: Client;
  readonly output: CommandOutput;
  /** Words after the command's name that are no options. */
  readonly words: readonly string[];
  readonly json: boolean;
  readonly tail: string | undefined;
  readonly command: SshCommand;
}

/** Runs what stood after the host on ssh's command line, with the API as that person may use it. The exit code. */
export const runSshCommand = async (line: string, client: Client, output: CommandOutput): Promise<number> => {
  // Known before anything is parsed, so that a usage error can be JSON too.
  const json = /(^|\s)--json(\s|$)/.test(line.slice(0, LINE_MAXIMUM_CHARACTERS));
  try {
    return await run(line, client, output);
  } catch (error) {
    const known =
      error instanceof CorralError ? error : new CorralError("internal", "Something went wrong in the server.");
    const isUsage = error instanceof UsageError;
    const words = json
      ? JSON.stringify({ error: { code: isUsage ? "usage" : known.code, message: known.message } })
      : `corral: ${known.message}`;
    output.error(`${printable(words)}\n`);
    return isUsage ? EXIT.usage : exitCodeOf[known.code];
  }
};

class UsageError extends CorralError {
  constructor(problem: string) {
    super("invalid_request", `${problem} Say help for the list of commands.`);
  }
}

const run = async (line: string, client: Client, output: CommandOutput): Promise<number> => {
  if (line.length > LINE_MAXIMUM_CHARACTERS) throw new UsageError("This is no command: it is too long.");
  const [name = "", ...rest] = wordsOf(line) ?? [];
  if (name === "help") {
    await output.write(helpText());
    return EXIT.ok;
  }
  if (name === "exec") return execute(client, output, rest);
  if (!Object.hasOwn(sshCommands, name)) {
    throw new UsageError(
      name === "" ? "There is no command, or a quote is left open." : `There is no command "${name.slice(0, 100)}".`,
    );
  }
  const { positionals, values } = parsed(rest);
  const command: SshCommand = sshCommands[name as SshCommandName];
  const call = { client, output, words: positionals, json: values.json === true, tail: values.tail, command };
  await RUN[name as Exclude<SshCommandName, "exec">](call);
  return EXIT.ok;
};

/** What a shell gives a command that was ended: 128 and SIGKILL. */
const ENDED = 137;

/** Ends as the command in the guest did. */
const execute = async (client: Client, output: CommandOutput, words: readonly string[]): Promise<number> => {
  const [guest, dashes, ...command] = words;
  if (guest === undefined || dashes !== "--" || command.length === 0) {
    throw new UsageError(`It is: ${sshCommands.exec.usage}.`);
  }
  if (!idOrName.safeParse(guest).success) throw new CorralError("not_found", "There is no such guest.");
  const answer = await client.execInGuest({ params: { id: guest }, body: { command } });
  await output.write(answer.stdout);
  output.error(answer.stderr);
  if (answer.truncated) output.error("corral: The output was longer; the rest was dropped.\n");
  if (answer.timedOut) output.error("corral: The command took too long and was ended.\n");
  return answer.exitCode ?? ENDED;
};

const parsed = (args: string[]) => {
  try {
    const options = { json: { type: "boolean" }, tail: { type: "string", short: "n" } } as const;
    return parseArgs({ args, allowPositionals: true, options });
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
  const { client, command } = call;
  if (command.action === undefined) throw new Error(`${command.usage} has no action`);
  const guest = await client.guestAction({ params: { id: guestNamed(call), action: command.action } });
  await tell(call, guest, () => `${guest.definition.name} is ${guest.state}.`);
};

const RUN: Record<Exclude<SshCommandName, "exec">, (call: CommandCall) => Promise<void>> = {
  list: async (call) => {
    argumentsOf(call, 0);
    const guests: Guest[] = [];
    let cursor: string | undefined;
    do {
      const page = await call.client.listGuests({ query: { limit: 1000, cursor } });
      guests.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    await tell(call, guests, () => (guests.length === 0 ? "No guests." : inTable(guests)));
  },
  status: async (call) => {
    const guest = await call.client.getGuest({ params: { id: guestNamed(call) } });
    await tell(call, guest, () => inTable([guest]));
  },
  boot: act,
  shutdown: act,
  restart: act,
  "force-off": act,
  log: async (call) => {
    const { client, tail, output } = call;
    const [guest, given] = argumentsOf(call, 2);
    if (guest === undefined) throw new UsageError(`<guest> is missing. It is: ${call.command.usage}.`);
    const console = given ?? (await firstConsole(client, guest));
    const plain = new PlainText();
    const parts = partsOf(new ConsoleLog(client, guest, console), tail);
    for await (const bytes of parts) await output.write(plain.feed(bytes));
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
    ["NAME", "STATE", "KERNEL", "MEMORY", "UPTIME", "OWNER"],
    guests.map(({ definition, state, startedAt }) => [
      definition.name,
      state,
      definition.kernel,
      `${definition.memoryMiB} MiB`,
      startedAt === null ? "" : elapsed(startedAt),
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

const helpText = (): string => {
  const rows = Object.values(sshCommands).map(({ usage, summary }) => [`  ${usage}`, summary]);
  return `${table(["", ""], rows).trim()}\n\nWithout a command: the menu. With the name alice+web1: that guest's console.\n`.replace(
    /^/,
    "  ",
  );
};
