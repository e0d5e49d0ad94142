import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Supervisor } from "../index.ts";
import { PROMPT, processesOf, TestFleet, viewing } from "../testing/fleet.ts";

const SIGKILL = "SIGKILL";

describe("what an earlier server left", () => {
  let fleet: TestFleet;
  const programs: ChildProcess[] = [];
  beforeAll(async () => {
    fleet = await TestFleet.open();
  });
  afterEach(async () => {
    for (const program of programs.splice(0)) program.kill(SIGKILL);
    await fleet.allOff();
  });
  afterAll(() => fleet.end());

  const recordOf = (id: string): string => join(fleet.home, "guests", id, "launch.json");

  /** The end of a server and of one of its kernels at once, as by the host's out-of-memory killer. */
  const killTogether = async (id: string): Promise<void> => {
    const { pid } = fleet.supervisor.status(id);
    await fleet.supervisor.close({ stopGuests: false });
    process.kill(pid as number, SIGKILL);
    expect(processesOf(`${fleet.home}/`).length).toBeGreaterThan(0);
  };

  it("a kernel that was killed with its server leaves nothing that keeps the guest from its disks", async () => {
    const { spec } = await fleet.boot("both1");
    await killTogether(spec.id);
    expect(await fleet.reopen([spec])).toMatchObject({ adopted: 0 });
    expect(processesOf(`${fleet.home}/`)).toEqual([]);
    await fleet.supervisor.act(spec.id, "start");
    await fleet.state(spec.id, "running");

    // A server of before had forgotten the launch and left its helpers.
    await killTogether(spec.id);
    rmSync(recordOf(spec.id));
    expect(await fleet.reopen([spec])).toMatchObject({ adopted: 0 });
    await fleet.supervisor.act(spec.id, "start");
    await fleet.state(spec.id, "running");
    expect(fleet.supervisor.status(spec.id).bootRetries).toBe(0);
  });

  it("a copied data folder leaves the original's guest alone, says so, and may start its own", async () => {
    const { spec, console } = await fleet.boot("copied1", { autostart: false });
    const folder = mkdtempSync(join(tmpdir(), "corral-copy-"));
    const home = join(folder, "home");
    execFileSync("cp", ["-a", fleet.home, home]);
    const path = join(home, "guests", spec.id, "launch.json");
    const record = JSON.parse(readFileSync(path, "utf8"));
    // Servers of before did not write down which folder launched a guest.
    const { home: _, ...older } = record;
    for (const form of [record, older]) {
      writeFileSync(path, JSON.stringify(form));
      const copy = new Supervisor(home, { cgroup: null });
      try {
        copy.define(spec);
        expect(await copy.resume()).toMatchObject({ adopted: 0 });
        const { state, ending } = copy.status(spec.id);
        expect(state).toBe("stopped");
        expect(ending).toMatchObject({ kind: "lost", message: expect.stringContaining("is a copy") });
        expect(existsSync(path)).toBe(false);
        if (form === older) continue;
        await copy.act(spec.id, "start");
        await viewing(copy, spec.id, "con0").see(PROMPT);
      } finally {
        await copy.close({ stopGuests: true });
      }
    }
    console.type("echo still-$((40+2))\r");
    await console.see(/still-42/);
    expect(fleet.supervisor.status(spec.id)).toMatchObject({ state: "running", boots: 1 });
    // The original's own server takes it up as ever, by a record of before too.
    await fleet.supervisor.close({ stopGuests: false });
    writeFileSync(recordOf(spec.id), JSON.stringify(older));
    expect(await fleet.reopen([spec])).toMatchObject({ adopted: 1 });
    rmSync(folder, { recursive: true, force: true });
  });

  it("a disk that another process has locked is named, and so is that process", async () => {
    const { spec } = await fleet.boot("locked1");
    await fleet.supervisor.act(spec.id, "force-off");
    await fleet.state(spec.id, "stopped");
    const disk = join(fleet.home, "guests", spec.id, "disks", "ubd0.cow");
    const lock = `open(my $disk, "+<", $ARGV[0]) or die; my $all = pack("s s x4 q q i x4", 1, 0, 0, 0, 0); fcntl($disk, 6, $all) or die; $| = 1; print "locked"; sleep 60`;
    const holder = spawn("/usr/bin/perl", ["-e", lock, disk], { stdio: ["ignore", "pipe", "inherit"] });
    programs.push(holder);
    await once(holder.stdout, "data");
    await fleet.supervisor.act(spec.id, "start");
    await fleet.state(spec.id, "crashed");
    const { ending } = fleet.supervisor.status(spec.id);
    expect(ending?.message).toContain(`ubd0 is locked by process ${holder.pid} (perl)`);
    expect(ending?.remedy).toContain("start");
  });
});
