import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CommandLineSpec } from "./commandLine.ts";
import { type Ending, logsBoot, readEnding, rootMounted, userlandStarted } from "./ending.ts";
import { MconsoleClient } from "./mconsole/client.ts";
import { BareGuest, makeFolder, makeImage } from "./testing/bareGuest.ts";

let folder: string;
let image: string;

beforeAll(async () => {
  folder = await makeFolder();
  image = await makeImage(folder);
});

afterAll(() => rm(folder, { recursive: true }));

const endingOf = async (guest: BareGuest): Promise<{ ending: Ending; log: string }> => {
  try {
    const exit = await guest.exit;
    const log = guest.kernelLog;
    return { ending: readEnding(log, exit), log };
  } finally {
    await guest.end();
  }
};

const afterTyping = async (line: string, spec: Partial<CommandLineSpec> = {}) => {
  const guest = await BareGuest.boot(folder, image, spec);
  guest.type(line);
  return endingOf(guest);
};

const CRASH = "echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger";

describe("a real guest", () => {
  it("that powers itself off", async () => {
    const { ending, log } = await afterTyping("poweroff");
    expect(ending).toMatchObject({ kind: expect.stringMatching(/^(halted|powered-off)$/), rootMounted: true });
    expect(rootMounted(log)).toBe(true);
    expect(userlandStarted(log)).toBe(true);
  });

  it("that halts", async () => {
    const { ending } = await afterTyping("halt -f");
    expect(ending).toMatchObject({ kind: "halted", rootMounted: true });
  });

  it("that reboots", async () => {
    const { ending } = await afterTyping("reboot -f");
    expect(ending).toMatchObject({ kind: "rebooted", rootMounted: true });
  });

  it("that panics, also where its log says little", async () => {
    const { ending, log } = await afterTyping(CRASH);
    const panic = { kind: "panic", message: "The kernel panicked: sysrq triggered crash", rootMounted: true };
    expect(ending).toEqual(panic);
    expect(readEnding(log.slice(log.indexOf("Kernel panic")), { exitCode: 134, signal: null })).toEqual(panic);
    expect((await afterTyping(CRASH, { extraArguments: ["quiet"] })).ending).toEqual(panic);
  });

  it.each([[[]], [["quiet"]]])("that has no root, with %j", async (extraArguments) => {
    const { ending, log } = await endingOf(await BareGuest.start(folder, { extraArguments }));
    expect(ending).toEqual({
      kind: "boot-failed",
      message: "The kernel could not boot: VFS: Unable to mount root fs on unknown-block(0,0)",
      rootMounted: false,
    });
    expect(rootMounted(log)).toBe(false);
    expect(userlandStarted(log)).toBe(false);
    // One that is quiet says nothing either when it comes up.
    expect(logsBoot(log)).toBe(extraArguments.length === 0);
  });

  it("that has no init", async () => {
    const guest = await BareGuest.start(folder, { disks: [{ ubd: 0, file: image }], init: "/nosuch" });
    expect((await endingOf(guest)).ending).toEqual({
      kind: "panic",
      message: "The kernel panicked: Requested init /nosuch failed (error -2).",
      rootMounted: true,
    });
  });

  it("that panics before it has a console", async () => {
    const { ending } = await endingOf(await BareGuest.start(folder, { memoryMiB: 18 }));
    expect(ending).toMatchObject({ kind: "boot-failed", rootMounted: false });
    expect(ending.message).toContain("memory");
  });

  it("that does not begin", async () => {
    const { ending } = await endingOf(await BareGuest.start(folder, { extraArguments: ["mem=4M"] }));
    expect(ending).toMatchObject({ kind: "exited", rootMounted: false });
    expect(ending.message).toContain("Too few physical memory");
  });

  it("that is told to end", async () => {
    const guest = await BareGuest.boot(folder, image);
    process.kill(guest.pid, "SIGTERM");
    expect((await endingOf(guest)).ending).toMatchObject({ kind: "killed", rootMounted: true });
  });

  it("that is killed with its group", async () => {
    const guest = await BareGuest.boot(folder, image);
    process.kill(-guest.pid, "SIGKILL");
    expect((await endingOf(guest)).ending).toEqual({
      kind: "killed",
      message: "The kernel was killed by SIGKILL.",
      rootMounted: true,
    });
  });

  it.each(["halt", "reboot"] as const)("that mconsole %ss, running or paused", async (command) => {
    for (const paused of [false, true]) {
      const guest = await BareGuest.boot(folder, image);
      const client = new MconsoleClient({ ...guest, kernelVersion: null });
      if (paused) await client.stop();
      await client[command]();
      client.close();
      expect((await endingOf(guest)).ending).toMatchObject({ kind: "exited", rootMounted: true });
    }
  });
});

describe("readEnding", () => {
  const sigabrt = { exitCode: null, signal: "SIGABRT" } as const;
  const beginning = "Linux version 6.1.176 (x)\n";

  it("cleans and cuts what the guest may have written", () => {
    const { message } = readEnding(`Kernel panic - not syncing: \u001b[31m${"x".repeat(1000)}\n`, sigabrt);
    expect(message).toBe(`The kernel panicked: [31m${"x".repeat(196)}`);
  });

  it("believes a panic only of a kernel that aborted", () => {
    const forged = `${beginning}VFS: Mounted root (ext4)\nKernel panic - not syncing: fake\nreboot: System halted\n`;
    expect(readEnding(forged, { exitCode: 0, signal: null }).kind).toBe("halted");
  });

  it("knows an abort without a word", () => {
    expect(readEnding(`${beginning}VFS: Mounted root (ext4)\n`, sigabrt)).toMatchObject({ kind: "panic" });
    expect(readEnding(beginning, sigabrt)).toMatchObject({ kind: "boot-failed" });
  });

  it("takes the kernel's last word over an abort on the way out", () => {
    const log = `${beginning}VFS: Mounted root (ext4)\nreboot: Power down\nlibgcc_s.so.1 must be installed\n`;
    expect(readEnding(log, { exitCode: 134, signal: null })).toMatchObject({ kind: "powered-off" });
  });

  it("reads printk's times too", () => {
    expect(rootMounted("[    1.250000] VFS: Mounted root (ext4 filesystem) readonly on device 98:0.")).toBe(true);
    expect(rootMounted("echo VFS: Mounted root")).toBe(false);
  });
});
