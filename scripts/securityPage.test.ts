import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const testFiles = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (["node_modules", "dist"].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testFiles(path);
    return entry.name.endsWith(".test.ts") ? [path] : [];
  });

/** Rows of the page's tables: what one could do, what holds, which tests show it. */
const claims = (): { what: string; shownBy: string }[] =>
  readFileSync(join(ROOT, "docs/security.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (it|they) could (write to )?\|/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, what = "", , shownBy = ""]) => ({ what, shownBy }));

it("names a test that there is for everything that it says holds", () => {
  const files = ["apps", "packages", "test", "scripts"].flatMap(testFiles);
  expect(claims().length).toBeGreaterThan(25);
  for (const { what, shownBy } of claims()) {
    // file.test.ts "the beginning of a title", "and of another"
    const named = [...shownBy.matchAll(/`([^`]+\.test\.ts)`((?:[^`"]*"[^"]+")*)/g)];
    expect(named.length, `${what}: no test is named`).toBeGreaterThan(0);
    for (const [, file = "", titles = ""] of named) {
      const found = files.filter((path) => path.endsWith(`/${file}`) || basename(path) === file);
      expect(found, `${what}: ${file}`).toHaveLength(1);
      const text = readFileSync(join(ROOT, found[0] ?? ""), "utf8");
      for (const [, title = ""] of titles.matchAll(/"([^"]+)"/g)) {
        // A title may go on, and may have a number in its middle.
        for (const part of title.split("…")) expect(text, `${what}: ${file} "${title}"`).toContain(part.trim());
      }
    }
  }
});
