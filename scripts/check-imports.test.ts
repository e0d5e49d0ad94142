import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { importProblems } from "./check-imports.ts";
import { importRules } from "./importRules.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "corral-imports-"));
  for (const { workspace } of importRules) mkdirSync(join(root, workspace, "src"), { recursive: true });
});

afterEach(() => rmSync(root, { recursive: true }));

const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};

describe("importProblems", () => {
  it("finds nothing where every import goes the right way", () => {
    write("apps/server/src/app.ts", 'import { a } from "@corral/store";\nimport fastify from "fastify";\n');
    write("packages/contracts/src/index.ts", 'import { z } from "zod";\nexport * from "./guest.ts";\n');
    write("packages/contracts/src/guest.ts", "export const a = 1;\n");
    write("packages/contracts/src/guest.test.ts", 'import { readFileSync } from "node:fs";\nimport "vitest";\n');
    expect(importProblems(root)).toEqual([]);
  });

  it.each([
    ["packages/contracts", 'import { readFileSync } from "node:fs";', "node:fs"],
    ["packages/contracts", 'import { Guest } from "@corral/store";', "@corral/store"],
    ["packages/uml", 'import type { Guest } from "@corral/contracts";', "@corral/contracts"],
    ["packages/console", 'export * from "@corral/uml";', "@corral/uml"],
    ["packages/store", 'const a = await import("@corral/supervisor");', "@corral/supervisor"],
    ["packages/supervisor", 'import {\n  a,\n  b,\n} from "@corral/store";', "@corral/store"],
    ["apps/server", 'import "@corral/uml";', "@corral/uml"],
    ["apps/web", 'import { a } from "@corral/supervisor";', "@corral/supervisor"],
    ["apps/cli", 'import { a } from "@corral/server";', "@corral/server"],
  ])("names the line, the rule and its reason when %s has a wrong import", (workspace, line, specifier) => {
    write(`${workspace}/src/a.ts`, `// first line\n${line}\n`);
    const reason = importRules.find((rule) => rule.workspace === workspace)?.reason ?? "missing";
    expect(importProblems(root)).toEqual([
      `${workspace}/src/a.ts:2 imports ${specifier}, which ${workspace} may not. ${reason}`,
    ]);
  });

  it("refuses another package's inside, by name and by path", () => {
    write("apps/cli/src/a.ts", 'import { a } from "@corral/contracts/src/guest.ts";\n');
    write("apps/web/src/a.ts", 'import { a } from "../../../packages/contracts/src/guest.ts";\n');
    const problems = importProblems(root);
    expect(problems).toHaveLength(2);
    expect(problems.join()).toContain("the inside of another package");
    expect(problems.join()).toContain("lies in another package");
  });

  it("shows a circle of files", () => {
    write("packages/uml/src/a.ts", 'import { b } from "./b.ts";\n');
    write("packages/uml/src/b.ts", 'import type { c } from "./deep/c.ts";\n');
    write("packages/uml/src/deep/c.ts", 'export { a } from "../a.ts";\n');
    const [problem, ...others] = importProblems(root);
    expect(others).toEqual([]);
    expect(problem).toContain(
      "packages/uml/src/a.ts → packages/uml/src/b.ts → packages/uml/src/deep/c.ts → packages/uml/src/a.ts",
    );
  });

  it("complains of a rule for a workspace that is gone", () => {
    rmSync(join(root, "apps/cli"), { recursive: true });
    expect(importProblems(root)).toEqual(["apps/cli does not exist, but there is a rule for it."]);
  });
});
