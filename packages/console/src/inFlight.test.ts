import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConsoleLog } from "./consoleLog.ts";
import { inFlightPath } from "./inFlight.ts";
import { temporaryFolder } from "./testing/temporaryFolder.ts";

const open = (folder: string) => ConsoleLog.open(folder, { budgetBytes: 1024 * 1024 });
const textOf = (log: ConsoleLog): string => {
  const read = log.read(0, 1000);
  return read.ok ? Buffer.from(read.bytes).toString() : read.reason;
};

/** A log with "begun " in it whose process was killed right after it had read "rest" and written `written` of it. */
const killed = (folder: string, written: string): void => {
  const log = open(folder);
  log.append(Buffer.from("begun "));
  log.readBuffer.write("rest");
  const segment = readdirSync(folder).find((name) => name.endsWith(".log"));
  appendFileSync(join(folder, segment ?? ""), written);
};

describe("output between read(2) and write(2)", () => {
  it.each(["", "r", "res", "rest"])("is found by the next process, once, when %j of it was written", (written) => {
    const folder = temporaryFolder();
    killed(folder, written);
    const log = open(folder);
    expect(textOf(log)).toBe("begun rest");
    log.close();
    const again = open(folder);
    expect(textOf(again)).toBe("begun rest");
    again.close();
  });

  it("is not invented after more was printed, or after the log was closed", () => {
    const folder = temporaryFolder();
    const log = open(folder);
    log.readBuffer.write("abc");
    log.append(log.readBuffer.subarray(0, 3));
    const again = open(folder);
    expect(textOf(again)).toBe("abc");
    again.close();
  });

  it("takes shared memory only while something is read, and leaves nothing there", () => {
    const folder = temporaryFolder();
    const log = open(folder);
    expect(existsSync(inFlightPath(folder))).toBe(false);
    for (const giveBack of [() => log.rest(), () => log.close()]) {
      log.readBuffer.write("x");
      expect(existsSync(inFlightPath(folder))).toBe(true);
      giveBack();
      expect(existsSync(inFlightPath(folder))).toBe(false);
    }
  });

  it("does not trust a file that somebody else may have put there", () => {
    const folder = temporaryFolder();
    killed(folder, "");
    const path = inFlightPath(folder);

    chmodSync(path, 0o666);
    const log = open(folder);
    expect(textOf(log)).toBe("begun ");
    log.readBuffer.write("x");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    log.close();

    const target = join(folder, "target");
    writeFileSync(target, "untouched");
    symlinkSync(target, path);
    const other = open(folder);
    other.append(Buffer.from("more"));
    other.close();
    expect(readFileSync(target, "utf8")).toBe("untouched");
    expect(existsSync(path)).toBe(false);
  });
});
