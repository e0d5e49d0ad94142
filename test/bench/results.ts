import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

export interface Result {
  readonly what: string;
  readonly figure: string;
  readonly limit: string;
  readonly met: boolean;
}

const PAGE = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));
const HEADING = "## Consoles";

/** Prints the results and puts them into docs/benchmarks.md, in the place of those of the last run. */
export const keepResults = (results: readonly Result[]): void => {
  const table = [
    "| what | figure | limit | met |",
    "|---|---|---|---|",
    ...results.map(({ what, figure, limit, met }) => `| ${what} | ${figure} | ${limit} | ${met ? "yes" : "**no**"} |`),
  ].join("\n");
  const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}, Node ${process.version}`;
  process.stdout.write(`${table}\n${machine}\n`);
  const others = readFileSync(PAGE, "utf8")
    .split(/^(?=## )/m)
    .filter((part) => !part.startsWith(HEADING))
    .map((part) => part.trimEnd());
  writeFileSync(
    PAGE,
    `${others.join("\n\n")}

${HEADING}

\`npm run bench:console\` floods and types into a guest through the server, and into the same guest started by hand and
drained by a plain reader (\`test/bench/drain.py\`), turn about. Its last run, on ${new Date().toISOString().slice(0, 10)}: ${machine};
load average over its last minute ${loadavg()[0]?.toFixed(1)}, the benchmark's own guests included.

${table}
`,
  );
};
