import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ConsoleLog, type LogProblem } from "../index.ts";

/*
 * Writes a log to a disk that becomes full: a small tmpfs, so this runs inside a mount namespace of its own (unshare).
 * Prints what happened as JSON; the test beside the log judges it.
 */
const [folder = ""] = process.argv.slice(2);
execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "none", folder]);
const fillUp = (): void => {
  const fd = openSync(join(folder, "filler"), "w");
  try {
    for (;;) writeSync(fd, Buffer.alloc(4096));
  } catch {
    closeSync(fd);
  }
};

const problems: (LogProblem | null)[] = [];
const open = (): ConsoleLog =>
  ConsoleLog.open(join(folder, "log"), { budgetBytes: 1024 * 1024, onProblem: (problem) => problems.push(problem) });
const read = (log: ConsoleLog, from: number): string => {
  const result = log.read(from, 100);
  return result.ok ? Buffer.from(result.bytes).toString() : `${result.reason} ${"next" in result ? result.next : ""}`;
};
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1100));

let log = open();
log.markSize(80, 24);
log.markBoot(1);
log.append(Buffer.from("before "));
fillUp();
// More than the rest of the last page, which is there although the disk is full.
const long = Buffer.alloc(10_000, "x");
log.append(long);
log.append(Buffer.from("during "));
const whileFull = {
  problem: log.problem,
  end: log.end,
  during: read(log, log.end - 7),
  unbrokenFrom: log.unbrokenFrom,
  unwritten: log.unwrittenBytes,
};

// As after a SIGKILL: opened again without having been closed.
const reopened = open();
const promised = { end: reopened.end, lost: read(reopened, 9000), start: read(reopened, 0) };

rmSync(join(folder, "filler"));
await pause();
log.retry();
const whenRetried = { problem: log.problem, unwritten: log.unwrittenBytes };
log.append(Buffer.from("after"));
const whenFree = { problem: log.problem, during: read(log, log.end - 12), unbrokenFrom: log.unbrokenFrom };

fillUp();
const lostFrom = log.end;
for (let written = 0; written < 3 * 1024 * 1024; written += long.length) log.append(long);
const keptInMemory = log.unwrittenBytes;
const unbrokenInMemory = log.end - log.unbrokenFrom;
rmSync(join(folder, "filler"));
await pause();
log.markBoot(2);
log.append(Buffer.from("the end"));
log.close();
log = open();
const afterLoss = {
  problem: log.problem,
  end: log.end,
  lost: read(log, lostFrom + 20_000),
  tail: read(log, log.end - 7),
  boots: log.boots().map(({ boot }) => boot),
};
log.close();
process.stdout.write(
  JSON.stringify({
    problems,
    whileFull,
    promised,
    whenRetried,
    whenFree,
    lostFrom,
    keptInMemory,
    unbrokenInMemory,
    afterLoss,
  }),
);
