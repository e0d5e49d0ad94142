import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { listTree } from "./sourceFiles.ts";

/* Fails on names that say nothing, and on a process that ends anywhere but where it began. */

const folders = ["apps", "packages", "scripts", "test", "docker", "docs"];

/** A file of that name gathers what found no better place, and grows. */
const emptyWords = new Set(["util", "utils", "common", "helper", "helpers", "manager", "managers", "misc"]);

/**
 * Programs of a person's command line end themselves, and so do programs that tests start; of the server, only main.ts
 * does, after closing everything.
 */
const mayExit = (path: string): boolean =>
  /^(apps\/cli|scripts)\/|\/src\/testing\//.test(path) || path === "apps/server/src/main.ts";

export const nameProblems = (paths: readonly string[]): string[] =>
  paths.flatMap((path) => {
    const words = basename(path).split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/);
    const empty = words.find((word) => emptyWords.has(word.toLowerCase()));
    return empty === undefined ? [] : [`${path}: "${empty}" says nothing; name it for the one thing that it is about.`];
  });

export const exitProblems = (files: ReadonlyMap<string, string>): string[] =>
  [...files]
    .filter(([path, text]) => !mayExit(path) && /\bprocess\.exit\(/.test(text))
    .map(([path]) => `${path} calls process.exit, which only apps/server/src/main.ts may.`);

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const root = join(import.meta.dirname, "..");
  const paths = folders.flatMap((folder) => listTree(join(root, folder)).map((path) => join(folder, path)));
  const sources = paths.filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".test.ts"));
  const problems = [
    ...nameProblems(paths),
    ...exitProblems(new Map(sources.map((path) => [path, readFileSync(join(root, path), "utf8")]))),
  ];
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
