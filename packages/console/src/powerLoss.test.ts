import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConsoleLog } from "./consoleLog.ts";
import { Randomness } from "./testing/randomness.ts";
import { temporaryFolder } from "./testing/temporaryFolder.ts";

/*
 * The host cannot be made to lose its power here. What that leaves on disk is written by hand instead: files that end
 * earlier than they did, or in blocks that were never filled, and a mark of another boot of the host.
 */
const open = (folder: string) => ConsoleLog.open(folder, { budgetBytes: 64 * 1024 * 1024 });
const hostWentDown = (folder: string) => writeFileSync(join(folder, "open"), "another-boot");
const newest = (folder: string, ending: RegExp): string => {
  const name = readdirSync(folder)
    .filter((each) => ending.test(each))
    .sort()
    .at(-1);
  return join(folder, name ?? "");
};
const textOf = (log: ConsoleLog, from: number): string => {
  let text = "";
  for (let at = from; at < log.end; ) {
    const read = log.read(at, 100_000);
    if (!read.ok) throw new Error(read.reason);
    text += Buffer.from(read.bytes).toString("latin1");
    at += read.bytes.length;
  }
  return text;
};

describe("a host that lost its power", () => {
  it("leaves zeros at the log's end, which are cut off; a guest's own zeros stay after a mere kill", () => {
    const folder = temporaryFolder();
    const killed = open(folder);
    killed.append(Buffer.from("printed\0\0"));
    const again = open(folder);
    expect(again.end).toBe(9);

    appendFileSync(newest(folder, /log$/), Buffer.alloc(200_000));
    hostWentDown(folder);
    const repaired = open(folder);
    expect(repaired.end).toBe(7);
    repaired.append(Buffer.from(" on"));
    expect(textOf(repaired, 0)).toBe("printed on");
    repaired.close();
    expect(readdirSync(folder)).not.toContain("open");
    for (const log of [killed, again]) log.close();
  });

  it.each([1, 2, 3, 4])("leaves a log that is whole up to where it ends, and goes on (seed %i)", (seed) => {
    const random = new Randomness(seed);
    for (let round = 0; round < 25; round++) {
      const folder = temporaryFolder();
      const log = open(folder);
      let printed = "";
      for (let step = 0; step < 1 + random.whole(30); step++) {
        if (random.whole(5) === 0) log.markBoot(step);
        if (random.whole(5) === 0) log.markSize(20 + random.whole(80), 24);
        if (random.whole(5) === 0) log.markTyping(`user ${random.whole(3)}`);
        const text = `line ${step} of ${seed}\r\n`.repeat(1 + random.whole(40));
        log.append(Buffer.from(text));
        printed += text;
      }
      log.close();
      for (const ending of [/(log|boot)$/, /marks$/]) {
        const path = newest(folder, ending);
        truncateSync(path, random.whole(statSync(path).size + 1));
        if (random.whole(2) === 0) appendFileSync(path, Buffer.alloc(random.whole(9000)));
      }
      hostWentDown(folder);

      const repaired = open(folder);
      const { end, unbrokenFrom } = repaired;
      expect(end).toBeLessThanOrEqual(printed.length);
      expect(textOf(repaired, unbrokenFrom)).toBe(printed.slice(unbrokenFrom, end));
      repaired.markSize(99, 33);
      repaired.append(Buffer.from("after"));
      expect(textOf(repaired, end)).toBe("after");
      expect(repaired.sizeAt(repaired.end)).toEqual({ cols: 99, rows: 33 });
      expect(repaired.marks(0, repaired.end).every(({ offset }) => offset <= repaired.end)).toBe(true);
      repaired.close();
      expect(readFileSync(newest(folder, /marks$/), "latin1")).not.toContain("\0\0\0\0\0\0\0\0size");
    }
  });
});
