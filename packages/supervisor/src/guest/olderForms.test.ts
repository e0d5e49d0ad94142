import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { GuestHistory } from "./history.ts";
import { linesOf, readLaunchRecord } from "./launchRecord.ts";

/* Every form that a version of Corral has written, by the date and the commit that brought it. They are never changed. */

const FIXTURES = fileURLToPath(new URL("./fixtures", import.meta.url));
const stored = (kind: string): string[] => readdirSync(FIXTURES).filter((name) => name.startsWith(`${kind}-`));

const PROCESS = { init: { pid: 4100, startTime: "123456" }, kernel: { pid: 4101, startTime: "123460" } };

test.each(stored("launch"))("%s still names the guest's processes and consoles", (name) => {
  const record = readLaunchRecord(join(FIXTURES, name));
  expect(record).toMatchObject({ bootNumber: 3, kernelLogStart: 2048, process: PROCESS, booted: true, paused: false });
  expect(record?.consoles[0]).toMatchObject({ name: "con0", fd: 10, pty: 4 });
  expect(record === null ? [] : linesOf(record)[0]).toEqual({ name: "con0", channel: "fd", keepers: [] });
});

const parsed = (name: string) => readLaunchRecord(join(FIXTURES, `launch-${name}.json`));

test("what an older form leaves out is what its comment promises", () => {
  expect(parsed("2026-11-21-cd18df5")).toMatchObject({
    home: null,
    umlDir: null,
    link: null,
    lines: [],
    interfaces: [],
    diskFiles: [],
    slots: [],
    terminals: null,
    statusLine: null,
  });
  expect(parsed("2026-11-21-cd18df5")?.consoles[0]?.slave).toBeUndefined();
  // A link over a terminal, which this version cannot bring back.
  expect(parsed("2026-11-21-cebba3a")?.link).toBeNull();
  expect(parsed("2026-11-21-5ebb8fe")?.lines[1]?.keepers).toEqual([{ pid: 4200, startTime: "123499" }]);
  expect(parsed("2026-11-21-cf634e2")).toMatchObject({
    link: { fd: 12, inode: 987654, heard: false },
    statusLine: null,
  });
  expect(parsed("2026-11-21-d6c294b")?.statusLine?.text).toBe("3 jobs left");
  expect(parsed("2026-11-28-304f89f")).toMatchObject({ slots: [{ ubd: 8, plugged: null }], terminals: null });
  expect(parsed("2026-11-28-4b796c6")).toMatchObject({ terminals: 77, home: null });
  expect(parsed("2026-11-28-2dd4e9a")).toMatchObject({ home: { ino: 131073 }, umlDir: null, diskFiles: [] });
  expect(parsed("2026-11-28-8571e84")).toMatchObject({ umlDir: "/corral/u", link: { heard: false } });
  expect(parsed("2026-11-28-d8643ff")?.link?.heard).toBe(true);
});

test.each(stored("history"))("%s still says how often it was booted and how it ended", (name) => {
  const history = GuestHistory.read(join(FIXTURES, name));
  expect(history).toMatchObject({ boots: 3, bootRetries: 1, crashed: false, ending: { kind: "powered-off" } });
  expect(history.runs.map(({ boot }) => boot)).toEqual(name.includes("cd18df5") ? [] : [3]);
});
