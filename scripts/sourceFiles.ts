import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** Folders that hold what was installed or built. */
const notOurs = new Set(["node_modules", "dist", ".git", ".turbo", ".cache", "coverage"]);

/** Every file and folder below `folder` that is ours, as paths relative to it; folders end in a slash. */
export const listTree = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !notOurs.has(entry.name))
    .flatMap((entry) =>
      entry.isDirectory()
        ? [`${entry.name}/`, ...listTree(join(folder, entry.name)).map((inner) => join(entry.name, inner))]
        : [entry.name],
    );

/** The TypeScript files of one workspace, as absolute paths. */
export const sourceFilesOf = (workspace: string): string[] =>
  listTree(workspace)
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => join(workspace, path));

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/**
 * Matches static imports and re-exports, which biome's format begins at the start of a line, and import("…") anywhere.
 * TypeScript 7 has no parser to ask.
 */
const importPattern =
  /^(?:import|export)\s+(?:[^;'"`]*?\sfrom\s+)?["']([^"']+)["']|\b(?:import|require)\(\s*["']([^"']+)["']\s*\)/gm;

export const importsOf = (file: string): Import[] => {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(importPattern)].map((match) => ({
    specifier: match[1] ?? match[2] ?? "",
    line: text.slice(0, match.index).split("\n").length,
  }));
};

/** The file that a relative specifier names. */
export const resolveRelative = (file: string, specifier: string): string => resolve(dirname(file), specifier);

export const place = (root: string, file: string, line: number): string => `${relative(root, file)}:${line}`;
