import { table } from "@corral/contracts";
import type { Command, Option } from "./command.ts";

const indent = (text: string): string => text.replace(/^/gm, "  ");

/** Two columns without headings. */
const pairs = (rows: readonly (readonly [string, string])[]): string =>
  indent(table(["", ""], rows).replace(/^.*\n/, ""));

const lineOf = (command: Command): string => [command.name, ...command.arguments].join(" ");

const everywhere: readonly (readonly [string, string])[] = [
  ["--json", "print the result, or the error, as JSON"],
  ["-h, --help", "print this"],
];

/** What `corral` and `corral --help` print. */
export const overview = (commands: readonly Command[]): string => `Usage: corral <command> [options]

${pairs(commands.map((command) => [lineOf(command), command.summary]))}

Every command takes:
${pairs(everywhere)}

It talks to the server of this user's data folder (CORRAL_HOME), or to CORRAL_URL with CORRAL_TOKEN.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 wrong state, 5 not allowed, 6 value refused, 7 no server.`;

export const commandHelp = (command: Command): string => {
  const options = [
    ...Object.entries(command.options).map(([name, option]) => [spelling(name, option), option.meaning] as const),
    ...everywhere,
  ];
  const details = command.details === undefined ? "" : `\n${command.details}\n`;
  return `Usage: corral ${lineOf(command)} [options]\n\n${command.summary}\n${details}\n${pairs(options)}`;
};

const spelling = (name: string, option: Option): string =>
  (option.short === undefined ? "" : `-${option.short}, `) +
  `--${name}` +
  (option.type === "string" ? ` ${option.value}${option.multiple ? " …" : ""}` : "");
