import { expect, it } from "vitest";
import { exitProblems, nameProblems } from "./check-names.ts";

it("refuses names that say nothing, of files, folders and inside a name", () => {
  const bad = [
    "apps/server/src/utils.ts",
    "packages/uml/src/helpers/",
    "packages/uml/src/guestManager.ts",
    "packages/uml/src/string-utils.test.ts",
  ];
  expect(nameProblems([...bad, "packages/uml/src/commonest.ts", "packages/uml/src/cow.ts"])).toHaveLength(bad.length);
});

it("lets only the server's main file and command lines end the process", () => {
  const exits = "process.exit(1)";
  const files = [
    "apps/server/src/main.ts",
    "apps/cli/src/main.ts",
    "apps/server/src/app.ts",
    "packages/uml/src/cow.ts",
  ];
  expect(exitProblems(new Map(files.map((file) => [file, exits])))).toEqual([
    "apps/server/src/app.ts calls process.exit, which only apps/server/src/main.ts may.",
    "packages/uml/src/cow.ts calls process.exit, which only apps/server/src/main.ts may.",
  ]);
});
