import { loadavg } from "node:os";
import { keepSection, machine } from "./section.ts";

export interface Result {
  readonly what: string;
  readonly figure: string;
  readonly limit: string;
  /** null: it has no limit, and stands there to be compared with. */
  readonly met: boolean | null;
}

const inWords = (met: boolean | null): string => (met === null ? "" : met ? "yes" : "**no**");

/** Prints the results and puts them into docs/benchmarks.md, in the place of those of the last run. */
export const keepResults = (results: readonly Result[]): void => {
  const table = [
    "| what | figure | limit | met |",
    "|---|---|---|---|",
    ...results.map(({ what, figure, limit, met }) => `| ${what} | ${figure} | ${limit} | ${inWords(met)} |`),
  ].join("\n");
  process.stdout.write(`${table}\n${machine()}\n`);
  keepSection(
    "## Consoles",
    `\`npm run bench:console\` floods and types into a guest through the server, and into the same guest started by hand and
drained by a plain reader (\`test/bench/drain.py\`), turn about. Its last run, on ${new Date().toISOString().slice(0, 10)}: ${machine()};
load average over its last minute ${loadavg()[0]?.toFixed(1)}, the benchmark's own guests included.

${table}`,
  );
};
