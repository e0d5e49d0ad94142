import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { commandFor } from "./testing/runTypeScript.ts";
import { temporaryFolder } from "./testing/temporaryFolder.ts";

it("goes on without history on a full disk, says so once, and keeps history again when there is room", () => {
  const args = ["--map-root-user", "--mount", ...commandFor("fillDisk.ts", temporaryFolder())];
  const told = JSON.parse(execFileSync("unshare", args, { encoding: "utf8" }));

  const [first, mended, second, again, ...more] = told.problems;
  expect(first).toMatchObject({ code: "ENOSPC" });
  expect([mended, again, more]).toEqual([null, null, []]);
  expect(second).toMatchObject({ code: "ENOSPC" });
  expect(first.from).toBeGreaterThanOrEqual(7);
  expect(second.from).toBeGreaterThanOrEqual(told.lostFrom);

  // Viewers and screens read on from memory.
  expect(told.whileFull).toMatchObject({
    end: 10_014,
    during: "during ",
    unbrokenFrom: 0,
    problem: { code: "ENOSPC" },
  });
  // What a kill would lose now: what is not in the file.
  expect(told.whileFull.unwritten).toBe(10_014 - first.from);
  // No offset is given out twice, although those bytes are gone with the process.
  expect(told.promised).toMatchObject({ end: 10_014 });
  expect(told.promised.start).toContain("before xxx");
  expect(told.promised.lost).toMatch(/^lost/);
  // It is written as soon as there is room, without anything having been printed.
  expect(told.whenRetried).toEqual({ problem: null, unwritten: 0 });
  // Room came back before memory ran out: nothing is missing.
  expect(told.whenFree).toEqual({ problem: null, during: "during after", unbrokenFrom: 0 });

  expect(told.keptInMemory).toBeLessThanOrEqual(1024 * 1024);
  expect(told.keptInMemory).toBeGreaterThan(900_000);
  expect(told.unbrokenInMemory).toBe(told.keptInMemory);
  expect(told.afterLoss).toMatchObject({ problem: null, tail: "the end", boots: [1, 2] });
  expect(told.afterLoss.lost).toMatch(/^lost/);
});
