import { parseArgs } from "node:util";
import { CorralError } from "@corral/contracts";
import type { Call, Command, Options, Surroundings } from "./command.ts";
import { commands, topics } from "./commands.ts";
import { connectionFrom } from "./connection.ts";
import { CommandError, EXIT, type ExitCode, exitCodeOf } from "./exitCodes.ts";
import { commandHelp, overview, topicHelp } from "./help.ts";
import { Output } from "./output.ts";

/** Runs one command line, without the program's name. Resolves to the exit code, having said what went wrong. */
export const runCli = async (argv: readonly string[], surroundings: Surroundings): Promise<number> => {
  // Known before anything is parsed, so that a usage error can be JSON too.
  const end = argv.indexOf("--");
  const json = argv.slice(0, end < 0 ? argv.length : end).includes("--json");
  const output = new Output(surroundings.stdout, surroundings.stderr, json);
  try {
    return await runCommand(argv, surroundings, output);
  } catch (error) {
    return report(error, output);
  }
};

const runCommand = async (argv: readonly string[], surroundings: Surroundings, output: Output): Promise<number> => {
  const command = findCommand(argv);
  if (command === undefined) {
    const family = familyOf(argv[0]);
    if (family.length > 0) {
      if (!argv.some((word) => HELP.includes(word))) {
        throw usage(`${argv[0]} is not a command alone. There are: ${family.map(({ name }) => name).join(", ")}.`);
      }
      helpOf(family, output);
      return EXIT.ok;
    }
    if (argv.length > 0 && !["help", ...HELP].includes(argv[0] ?? "")) {
      throw usage(`There is no command "${argv[0]}".`);
    }
    help(
      argv.slice(1).filter((word) => word !== "--json"),
      output,
    );
    return EXIT.ok;
  }

  const { positionals, values } = parse(command, argv.slice(command.name.split(" ").length));
  if (values.help === true) {
    output.result({ name: command.name, summary: command.summary }, () => commandHelp(command));
    return EXIT.ok;
  }
  const call: Call = {
    args: nameArguments(command, positionals) as Call["args"],
    options: fillOptions(command.options, values),
    output,
    surroundings,
    connect: () => connectionFrom(surroundings.env),
  };
  return (await command.run(call as never)) ?? EXIT.ok;
};

const HELP = ["--help", "-h"];

/** The commands of two words that begin with this one. */
const familyOf = (word: string | undefined): Command[] => commands.filter(({ name }) => name.startsWith(`${word} `));

const helpOf = (family: readonly Command[], output: Output): void => {
  const shown = family.map(({ name, summary }) => ({ name, summary }));
  output.result({ commands: shown }, () => topicHelp({ commands: family }));
};

/** All in short, a topic, or a command. */
const help = (words: readonly string[], output: Output): void => {
  const topic = topics.find(({ name }) => name === words[0]);
  const command = topic === undefined ? findCommand(words) : undefined;
  const family = topic === undefined && command === undefined ? familyOf(words[0]) : [];
  if (family.length > 0) {
    helpOf(family, output);
    return;
  }
  if (words.length > 0 && topic === undefined && command === undefined) {
    throw usage(`There is no topic or command "${words.join(" ")}".`);
  }
  const shown = command === undefined ? (topic?.commands ?? commands) : [command];
  output.result({ commands: shown.map(({ name, summary }) => ({ name, summary })) }, () => {
    if (command !== undefined) return commandHelp(command);
    return topic === undefined ? overview(topics) : topicHelp(topic);
  });
};

/** The command with the most words that the line begins with. */
const findCommand = (argv: readonly string[]): Command | undefined =>
  commands.find(({ name }) => name === argv.slice(0, 2).join(" ")) ?? commands.find(({ name }) => name === argv[0]);

type ParsedValues = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

const parse = (command: Command, args: string[]): { positionals: string[]; values: ParsedValues } => {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...Object.fromEntries(
          Object.entries(command.options).map(([name, option]) => [
            name,
            {
              type: option.type,
              ...(option.short === undefined ? {} : { short: option.short }),
              ...(option.type === "string" && option.multiple ? { multiple: true } : {}),
            },
          ]),
        ),
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    return { positionals, values };
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error), command);
  }
};

type NamedArguments = Record<string, string | readonly string[]>;

const nameArguments = (command: Command, positionals: readonly string[]): NamedArguments => {
  const missing = command.arguments[positionals.length];
  if (missing?.startsWith("<")) throw usage(`${missing} is missing.`, command);
  const last = command.arguments.at(-1) ?? "";
  if (/\.\.\.[>\]]$/.test(last)) {
    const before = command.arguments.length - 1;
    const named = positionals.slice(0, before).map((value, index) => [bareName(command.arguments[index] ?? ""), value]);
    return { ...Object.fromEntries(named), [bareName(last)]: positionals.slice(before) };
  }
  const surplus = positionals[command.arguments.length];
  if (surplus !== undefined) throw usage(`"${surplus}" is one argument too many.`, command);
  return Object.fromEntries(positionals.map((value, index) => [bareName(command.arguments[index] ?? ""), value]));
};

const bareName = (argument: string): string => argument.slice(1, -1).replace(/\.\.\.$/, "");

/** A flag that was not given is false, an option for several values an empty list. */
const fillOptions = (options: Options, values: ParsedValues): Call["options"] =>
  Object.fromEntries(
    Object.entries(options).map(([name, option]) => {
      const absent = option.type === "boolean" ? false : option.multiple ? [] : undefined;
      return [name, values[name] ?? absent];
    }),
  ) as Call["options"];

const usage = (problem: string, command?: Command): CommandError =>
  new CommandError(EXIT.usage, `${problem} See: corral ${command ? `${command.name} ` : ""}--help`);

const report = (error: unknown, output: Output): ExitCode => {
  if (error instanceof CorralError) {
    const { code, message, details } = error;
    // The message names the first one itself.
    const fields = (details ?? []).map(({ field, message: problem }) => `${field}: ${problem}`);
    const lines = fields.filter((line) => line !== message).map((line) => `  ${line}`);
    output.error({ code, message, ...(details ? { details } : {}) }, [`corral: ${message}`, ...lines].join("\n"));
    return exitCodeOf[code];
  }
  if (error instanceof CommandError) {
    const code =
      error.exitCode === EXIT.usage ? "usage" : error.exitCode === EXIT.unreachable ? "unreachable" : "failed";
    output.error({ code, message: error.message }, `corral: ${error.message}`);
    return error.exitCode;
  }
  throw error;
};
