import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, runChecks } from "./checks.ts";
import { type Counts, countsOf, inWords, type VitestReport } from "./testCounts.ts";

/* Runs the checks and every test, then prints one line that counts them all. Arguments go to vitest. */

/** Twice what they take on two processors that have nothing else to do: what still runs then hangs. */
const TESTS_DEADLINE_MS = 30 * 60_000;
/** Between asking vitest to end and ending it with everything it started. */
const KILL_AFTER_MS = 20_000;

const runVitest = async (args: readonly string[]): Promise<Counts> => {
  const folder = mkdtempSync(join(tmpdir(), "corral-test-"));
  const reportFile = join(folder, "report.json");
  try {
    const exitCode = await runToDeadline(join(root, "node_modules/.bin/vitest"), [
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${reportFile}`,
      ...args,
    ]);
    return countsOf(readReport(reportFile), exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Resolves to the exit code; null: it was ended by a signal. */
const runToDeadline = (program: string, args: readonly string[]): Promise<number | null> =>
  new Promise((resolve, reject) => {
    // A process group of its own, so that the deadline also reaches its workers.
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], detached: true });
    const signalGroup = (signal: NodeJS.Signals): void => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, signal);
    };
    const timers = [
      setTimeout(() => {
        console.error(`The tests still run after ${TESTS_DEADLINE_MS / 60_000} minutes: something hangs. Ending them.`);
        signalGroup("SIGTERM");
      }, TESTS_DEADLINE_MS),
      setTimeout(() => signalGroup("SIGKILL"), TESTS_DEADLINE_MS + KILL_AFTER_MS),
    ];
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => signalGroup(signal));
    child.on("error", reject);
    child.on("close", (code) => {
      for (const timer of timers) clearTimeout(timer);
      resolve(code);
    });
  });

const readReport = (file: string): VitestReport | undefined => {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
};

const ofChecks = await runChecks();
const ofTests = await runVitest(process.argv.slice(2));
const total: Counts = {
  passed: ofChecks.passed + ofTests.passed,
  failed: ofChecks.failed + ofTests.failed,
  skipped: ofTests.skipped,
};
process.exitCode = total.failed === 0 ? 0 : 1;
console.log(inWords(total));
