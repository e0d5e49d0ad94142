import { readFileSync } from "node:fs";
import { CorralError, type GuestVitals, NO_VITALS, VITALS_HISTORY_MAXIMUM } from "@corral/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GuestFolder } from "../guest/guestFolder.ts";
import { childrenOf } from "../sandbox/processes.ts";
import { TestFleet, until } from "../testing/fleet.ts";
import { diskUse } from "./diskUse.ts";

/** Quick, so that a test sees many samples. */
const EVERY_MS = 100;

let fleet: TestFleet;
let id: string;

const vitals = (): GuestVitals => fleet.supervisor.status(id).vitals;
const pulse = (wanted: GuestVitals["pulse"]): Promise<void> =>
  until(
    () => vitals().pulse === wanted,
    () => `pulse ${wanted}, is ${JSON.stringify(vitals())}`,
  );
/** Waits for samples, of all kinds, that were taken after this was called. */
const sampled = async (): Promise<GuestVitals> => {
  const now = Date.now();
  await until(
    () => [vitals().inside, vitals().host].every((each) => each !== null && Date.parse(each.at) > now),
    () => `a sample after ${now}, is ${JSON.stringify(vitals())}`,
  );
  return vitals();
};
/** What the clock of /proc counts in. */
const TICK_S = 0.01;

/** Seconds of processor time that a process has used, and its children that have ended. */
const kernelSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) * TICK_S;
};
const inGuest = async (...command: string[]): Promise<string> => {
  const answer = await fleet.supervisor
    .inside(id)
    .exec(
      { command, input: "", timeoutMs: 30_000, outputMaximumBytes: 100_000, encoding: "text" },
      new AbortController().signal,
    );
  return answer.stdout;
};
const freeze = (signal: "SIGSTOP" | "SIGCONT"): void => {
  process.kill(fleet.supervisor.status(id).pid as number, signal);
};

beforeAll(async () => {
  fleet = await TestFleet.open(undefined, { vitalsEveryMs: EVERY_MS });
  id = (await fleet.boot("vital")).spec.id;
});

afterAll(() => fleet.end());

describe("a guest's vitals", () => {
  it("agree with what the guest itself prints", async () => {
    const uptime = async (): Promise<number> => Number.parseFloat(await inGuest("cat", "/proc/uptime"));
    /** Its clock and ours are compared, and it counts in hundredths. */
    const leeway = 0.5;
    const before = await uptime();
    const { inside, pulse: isLive } = await sampled();
    expect(isLive).toBe("live");
    expect(inside?.uptimeSeconds).toBeGreaterThanOrEqual(before - leeway);
    expect(inside?.uptimeSeconds).toBeLessThanOrEqual((await uptime()) + leeway);
    expect(inside?.kernel).toBe((await inGuest("uname", "-r")).trim());
    const meminfo = await inGuest("cat", "/proc/meminfo");
    const kib = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB`, "m").exec(meminfo)?.[1]);
    expect(inside?.memoryTotalBytes).toBe(kib("MemTotal") * 1024);
    const used = (kib("MemTotal") - kib("MemAvailable")) * 1024;
    expect(Math.abs((inside?.memoryUsedBytes ?? 0) - used)).toBeLessThan(4 * 1024 * 1024);
    const [one, five, fifteen, tasks] = (await inGuest("cat", "/proc/loadavg")).split(/[ /]/);
    for (const [index, load] of [one, five, fifteen].entries()) {
      expect(Math.abs((inside?.load[index] ?? 9) - Number(load))).toBeLessThan(0.5);
    }
    expect(tasks).toBeDefined();
    expect(inside?.tasks).toBeGreaterThan(5);
  });

  it("agree with what the host says of the guest's processes", async () => {
    const { host } = await sampled();
    const kernel = fleet.supervisor.status(id).pid as number;
    const family = [kernel, ...childrenOf(kernel)];
    expect(host?.processes).toBeGreaterThanOrEqual(family.length);
    // The kernel's helpers live in its memory, and would count it again.
    const size = (pid: number) => readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[0];
    const pss = family
      .filter((pid) => pid === kernel || size(pid) !== size(kernel))
      .map((pid) => Number(/^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) * 1024)
      .reduce((sum, each) => sum + each);
    expect((host?.residentBytes ?? 0) / pss).toBeGreaterThan(0.6);
    expect((host?.residentBytes ?? 0) / pss).toBeLessThan(2);
    expect(host?.sharedBytes).toBeLessThanOrEqual(host?.residentBytes ?? 0);
    const began = host?.cpuSeconds ?? 0;
    // What the guest says of its own time counts what its host did not let it have.
    const before = kernelSeconds(kernel);
    await inGuest("sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done");
    const spent = kernelSeconds(kernel) - before;
    expect(spent).toBeGreaterThan(0);
    const after = await sampled();
    expect((after.host?.cpuSeconds ?? 0) - began).toBeGreaterThanOrEqual(spent - TICK_S);
    expect(after.host?.cpuPercent).not.toBeNull();
  });

  it("say what its disks and logs really take", async () => {
    const folder = new GuestFolder(fleet.home, fleet.supervisor.runFolder, id);
    const before = diskUse(folder);
    expect(vitals().disk?.disksBytes).toBeGreaterThan(0);
    await inGuest("sh", "-c", "dd if=/dev/urandom of=/root/ballast bs=1M count=4; sync");
    const after = diskUse(folder);
    expect(after.disksBytes - before.disksBytes).toBeGreaterThanOrEqual(4 * 1024 * 1024);
    expect(after.disksBytes).toBeLessThan(64 * 1024 * 1024);
    expect(after.logsBytes).toBeGreaterThan(4096);
  });

  it("leave a paused guest alone, and go on with it", async () => {
    await sampled();
    await fleet.supervisor.act(id, "pause");
    expect(vitals().pulse).toBe("paused");
    // One may just have been under way.
    const { inside } = vitals();
    const before = fleet.supervisor.vitalsHistory(id).at(-1)?.at ?? "";
    await until(
      () => Date.parse(fleet.supervisor.vitalsHistory(id).at(-1)?.at ?? "") > Date.parse(before) + 5 * EVERY_MS,
      () => "turns while it is paused",
    );
    expect(vitals().inside?.uptimeSeconds).toBeLessThan((inside?.uptimeSeconds ?? 0) + 1);
    const still = vitals().inside;
    expect(vitals()).toMatchObject({ pulse: "paused", inside: still });
    await fleet.supervisor.act(id, "resume");
    await sampled();
    expect(vitals().pulse).toBe("live");
  });

  it("are asked for less and less while it does not answer, and come back", async () => {
    await sampled();
    freeze("SIGSTOP");
    try {
      await pulse("silent");
      const { inside, host } = vitals();
      expect(inside).not.toBeNull();
      // The host's side does not need its answers.
      await until(
        () => vitals().host?.at !== host?.at,
        () => "another look at its processes",
      );
      // Somebody who asks is not made to wait for a sample.
      await expect(fleet.supervisor.mconsole(id, "version", { timeoutMs: 200 })).rejects.toMatchObject({
        code: "guest_silent",
      });
    } finally {
      freeze("SIGCONT");
    }
    expect(await fleet.supervisor.mconsole(id, "version")).toContain("Linux");
    await pulse("live");
  });

  it("never hold up a flood of a person's commands, nor are lost for good in it", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, client) => {
        const codes: string[] = [];
        for (let i = 0; i < 50; i += 1) {
          await fleet.supervisor
            .mconsole(id, `proc ${client % 2 === 0 ? "uptime" : "meminfo"}`)
            .catch((error: unknown) => codes.push(error instanceof CorralError ? error.code : String(error)));
        }
        return codes;
      }),
    );
    expect(answers.flat()).toEqual([]);
    await sampled();
  });

  it("are kept for a while, and not for ever", async () => {
    await until(
      () => fleet.supervisor.vitalsHistory(id).length === VITALS_HISTORY_MAXIMUM,
      () => "a full history",
    );
    const [first] = fleet.supervisor.vitalsHistory(id);
    await until(
      () => fleet.supervisor.vitalsHistory(id)[0]?.at !== first?.at,
      () => "the oldest to go",
    );
    expect(fleet.supervisor.vitalsHistory(id)).toHaveLength(VITALS_HISTORY_MAXIMUM);
  });

  it("end with the guest, in the middle of a sample too, and begin anew with the next run", async () => {
    freeze("SIGSTOP");
    await fleet.supervisor.act(id, "force-off");
    await fleet.state(id, "stopped", "crashed");
    expect(vitals()).toMatchObject({ ...NO_VITALS, disk: expect.anything() });
    expect(fleet.supervisor.vitalsHistory(id)).toEqual([]);
    await fleet.supervisor.act(id, "start");
    await fleet.state(id, "running");
    const { inside } = await sampled();
    expect(inside?.uptimeSeconds).toBeLessThan(60);
  });
});
