import { expect, it } from "vitest";
import { countsOf, inWords } from "./testCounts.ts";

const report = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: "passed", assertionResults: [{}, {}, {}] }],
};

it("counts what passed, failed and was skipped", () => {
  expect(inWords(countsOf(report, 0))).toBe("3 passed, 0 failed");
  const mixed = { ...report, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 };
  expect(inWords(countsOf(mixed, 1))).toBe("3 passed, 2 failed, 2 skipped");
});

it.each([
  ["a file does not load", { ...report, testResults: [{ status: "failed", assertionResults: [] }] }, 1],
  ["vitest ends badly though no test failed", report, 1],
  ["vitest is ended by a signal", report, null],
  ["no test ran", { ...report, numPassedTests: 0, testResults: [] }, 0],
  ["there is no report", undefined, 0],
])("fails when %s", (_, bad, exitCode) => {
  expect(countsOf(bad, exitCode).failed).toBe(1);
});
