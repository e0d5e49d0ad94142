import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

const PAGE = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));

/** What it was measured on. */
export const machine = (): string =>
  `${availableParallelism()} × ${cpus()[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}, Node ${process.version}`;

/** Puts a section into docs/benchmarks.md, in the place of that of the last run. */
export const keepSection = (heading: string, text: string): void => {
  const others = readFileSync(PAGE, "utf8")
    .split(/^(?=## )/m)
    .filter((part) => !part.startsWith(`${heading}\n`))
    .map((part) => part.trimEnd());
  writeFileSync(PAGE, `${others.join("\n\n")}\n\n${heading}\n\n${text}\n`);
};
