import type { Command, Option } from "./command.ts";
import type { Topic } from "./commands.ts";

/** What the smallest usual terminal has room for. */
const COLUMNS = 80;
const INDENT = "  ";
/** A longer first column has the second one below it, so that there is room to read that. */
const FIRST_MAXIMUM = 32;

/** Keeps two words on one line. */
const TIED = "\u00a0";

/** Words in lines of at most this width. A word that is longer stands alone. */
const wrapped = (text: string, width: number): string[] => {
  const lines: string[] = [];
  for (const word of text.split(/ +/)) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.map((line) => line.replaceAll(TIED, " "));
};

/** Two columns, the second one wrapped. */
const pairs = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.min(FIRST_MAXIMUM, Math.max(...rows.map(([first]) => first.length)));
  const gap = " ".repeat(INDENT.length + width + INDENT.length);
  return rows
    .flatMap(([first, second]) => {
      const lines = wrapped(second, COLUMNS - gap.length).map((line) => gap + line);
      const head = INDENT + first.padEnd(width);
      if (first.length > width) return [head, ...lines];
      return [head + (lines[0] ?? "").slice(head.length), ...lines.slice(1)];
    })
    .map((line) => line.trimEnd())
    .join("\n");
};

const lineOf = (command: Command): string => [command.name, ...command.arguments].join(" ");

const everywhere: readonly (readonly [string, string])[] = [
  ["--json", "print the result, or the error, as JSON"],
  ["-h, --help", "print this"],
];

const paragraph = (text: string): string =>
  text
    .split("\n")
    .flatMap((line) => (line.length > COLUMNS ? wrapped(line, COLUMNS) : [line]))
    .join("\n");

/** What `corral` and `corral --help` print: on one screen. */
export const overview = (topics: readonly Topic[]): string => `Usage: corral <command> [options]

${pairs(topics.map(({ name, commands }) => [name, namesOf(commands)]))}

corral help <topic>: what its commands do. corral <command> --help: all of one.
--json prints the result, or the error, as JSON.

${paragraph("It talks to the server of this user's data folder (CORRAL_HOME), or to CORRAL_URL with CORRAL_TOKEN.")}
${paragraph("Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 wrong state, 5 not allowed, 6 value refused, 7 no server.")}`;

/** Those of two words together under the first: "user create|password". */
const namesOf = (commands: readonly Command[]): string => {
  const byFirst = new Map<string, string[]>();
  const single: string[] = [];
  for (const { name } of commands) {
    const [first = "", second] = name.split(" ");
    if (second === undefined) single.push(name);
    else byFirst.set(first, [...(byFirst.get(first) ?? []), second]);
  }
  return [...single, ...[...byFirst].map(([first, seconds]) => `${first}${TIED}${seconds.join("|")}`)].join(", ");
};

/** What `corral help <topic>` prints. */
export const topicHelp = ({ commands }: Pick<Topic, "commands">): string =>
  pairs(commands.map((command) => [lineOf(command), command.summary]));

export const commandHelp = (command: Command): string => {
  const options = [
    ...Object.entries(command.options).map(([name, option]) => [spelling(name, option), option.meaning] as const),
    ...everywhere,
  ];
  const details = command.details === undefined ? "" : `\n${paragraph(command.details)}\n`;
  return `Usage: corral ${lineOf(command)} [options]\n\n${paragraph(command.summary)}\n${details}\n${pairs(options)}`;
};

const spelling = (name: string, option: Option): string =>
  (option.short === undefined ? "" : `-${option.short}, `) +
  `--${name}` +
  (option.type === "string" ? ` ${option.value}${option.multiple ? " …" : ""}` : "");
