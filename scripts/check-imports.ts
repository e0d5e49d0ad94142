import { existsSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { type ImportRule, importRules } from "./importRules.ts";
import { type Import, importsOf, place, resolveRelative, sourceFilesOf } from "./sourceFiles.ts";

/* Fails on an import in the wrong direction, into another package's inside, or in a circle. */

/** What is wrong with the imports of the repository at `root`, one sentence each. */
export const importProblems = (root: string, rules: readonly ImportRule[] = importRules): string[] =>
  rules.flatMap((rule) => problemsOfWorkspace(root, rule));

const problemsOfWorkspace = (root: string, rule: ImportRule): string[] => {
  const workspace = join(root, rule.workspace);
  if (!existsSync(workspace)) return [`${rule.workspace} does not exist, but there is a rule for it.`];

  const files = sourceFilesOf(workspace);
  const neighbours = new Map<string, string[]>();
  const problems: string[] = [];

  for (const file of files) {
    const inner: string[] = [];
    for (const found of importsOf(file)) {
      const target = found.specifier.startsWith(".") ? resolveRelative(file, found.specifier) : undefined;
      if (target?.startsWith(`${workspace}/`)) {
        inner.push(target);
        continue;
      }
      const problem = target === undefined ? problemOfPackage(found, rule, file) : "which lies in another package";
      if (problem) problems.push(`${place(root, file, found.line)} imports ${found.specifier}, ${problem}.`);
    }
    neighbours.set(file, inner);
  }

  const circle = findCircle(neighbours);
  if (circle) {
    const path = circle.map((file) => relative(root, file)).join(" → ");
    problems.push(`${path}: files import each other in a circle, so none can be understood alone.`);
  }
  return problems;
};

/** What is wrong with importing a package by name; undefined: nothing. */
const problemOfPackage = ({ specifier }: Import, rule: ImportRule, file: string): string | undefined => {
  const because = `which ${rule.workspace} may not. ${rule.reason.replace(/\.$/, "")}`;
  const packageName = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

  if (packageName.startsWith("@corral/")) {
    if (specifier !== packageName) return "the inside of another package; what is meant for others is in its index";
    return rule.packages.includes(packageName) ? undefined : because;
  }
  if (rule.libraries === undefined || isTest(file)) return undefined;
  return isBuiltin(specifier) || !rule.libraries.includes(packageName) ? because : undefined;
};

const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file);

const isBuiltin = (specifier: string): boolean => specifier.startsWith("node:") || builtinModules.includes(specifier);

/** The first circle in a graph of imports, its first file again at the end. */
const findCircle = (neighbours: ReadonlyMap<string, readonly string[]>): string[] | undefined => {
  const finished = new Set<string>();
  const path: string[] = [];

  const visit = (file: string): string[] | undefined => {
    if (finished.has(file)) return undefined;
    const start = path.indexOf(file);
    if (start >= 0) return [...path.slice(start), file];
    path.push(file);
    for (const next of neighbours.get(file) ?? []) {
      const circle = visit(next);
      if (circle) return circle;
    }
    path.pop();
    finished.add(file);
    return undefined;
  };

  for (const file of neighbours.keys()) {
    const circle = visit(file);
    if (circle) return circle;
  }
  return undefined;
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const problems = importProblems(join(import.meta.dirname, ".."));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
