import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { demoImage, PROMPT, processesOf, specOf, TestFleet, until } from "../testing/fleet.ts";
import { ServerProcess } from "../testing/serverProcess.ts";
import { withoutDescriptors } from "../testing/withoutDescriptors.ts";

const LINES = 20_000;
/** An adopted guest is looked at once a second; more looks tell no more. */
const SEVERAL_LOOKS_MS = 2_500;

describe("after kill -9 of the server", () => {
  let fleet: TestFleet | null = null;
  let server: ServerProcess | null = null;
  afterEach(async () => {
    await server?.kill();
    await fleet?.end();
    server = null;
    fleet = null;
  });

  const logOf = (id: string): string =>
    Buffer.from((fleet as TestFleet).supervisor.readLog(id, "con0", 0, 8 << 20).bytes).toString("latin1");

  it("an idle guest is adopted: same process, same shell, window size and input work, and it outlives a want of descriptors", async () => {
    const home = mkdtempSync(join(tmpdir(), "corral-"));
    server = new ServerProcess(home);
    const spec = await specOf("idle1", await demoImage());
    await server.resume([spec]);
    await server.act(spec.id, "start");
    await server.see(spec.id, PROMPT);
    await server.type(spec.id, "con0", "mine=kept\r");
    const before = await server.status(spec.id);
    await server.kill();

    fleet = await TestFleet.open(home);
    expect(await fleet.reopen([spec])).toMatchObject({ adopted: 1 });
    expect(fleet.supervisor.status(spec.id)).toMatchObject({ pid: before.pid, state: "running", boots: 1 });
    const console = fleet.view(spec.id);
    console.resize(90, 30);
    console.type("echo $mine at $(stty size)\r");
    await console.see(/kept at 30 90/);

    // The server looks at it again and again meanwhile, and learns nothing.
    await withoutDescriptors(() => sleep(SEVERAL_LOOKS_MS));
    console.type("echo still-$((40+2))\r");
    await console.see(/still-42/);
    expect(fleet.supervisor.status(spec.id)).toMatchObject({ pid: before.pid, state: "running" });
  });

  it("a booting guest is adopted and comes up", async () => {
    const home = mkdtempSync(join(tmpdir(), "corral-"));
    server = new ServerProcess(home);
    const spec = await specOf("boot1", await demoImage());
    await server.resume([spec]);
    await server.act(spec.id, "start");
    await server.kill();

    fleet = await TestFleet.open(home);
    expect(await fleet.reopen([spec])).toMatchObject({ adopted: 1 });
    await fleet.state(spec.id, "running");
    await until(
      () => PROMPT.test(logOf(spec.id)),
      () => `a prompt, log ends ${JSON.stringify(logOf(spec.id).slice(-300))}`,
    );
    expect(logOf(spec.id).match(/Linux version/g)).toHaveLength(1);
  });

  it("a guest that prints 20,000 lines meanwhile loses none, doubles none, and keeps their order", async () => {
    const home = mkdtempSync(join(tmpdir(), "corral-"));
    server = new ServerProcess(home);
    const spec = await specOf("lines1", await demoImage());
    await server.resume([spec]);
    await server.act(spec.id, "start");
    await server.see(spec.id, PROMPT);
    await server.type(
      spec.id,
      "con0",
      `i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo line-$i; done; echo all-$((1+1))\r`,
    );
    for (const reached of [2, 9, 15]) {
      await server.see(spec.id, new RegExp(`line-${reached}\\d{3}\r`));
      await server.kill();
      server = new ServerProcess(home);
      expect(await server.resume([spec])).toMatchObject({ adopted: 1 });
    }
    await server.see(spec.id, /all-2/);
    const printed = [...(await server.log(spec.id, 0)).matchAll(/^line-(\d+)\r$/gm)].map((match) => Number(match[1]));
    expect(printed).toEqual(Array.from({ length: LINES }, (_, index) => index + 1));
    await server.kill();
    fleet = await TestFleet.open(home);
    await fleet.reopen([spec]);
  }, 240_000);

  it("a guest whose launch record cannot be read is left alone, and adopted once it is mended", async () => {
    fleet = await TestFleet.open();
    const { spec } = await fleet.boot("damaged1");
    const path = join(fleet.home, "guests", spec.id, "launch.json");
    await fleet.supervisor.close({ stopGuests: false });
    const whole = readFileSync(path, "utf8");
    writeFileSync(path, whole.slice(0, 200));
    expect(await fleet.reopen([spec])).toMatchObject({ adopted: 0 });
    const { message } = fleet.supervisor.status(spec.id).ending ?? {};
    expect(message).toContain(path);
    const leftAlone = { code: "host_unfit", message };
    await expect(fleet.supervisor.act(spec.id, "start")).rejects.toMatchObject(leftAlone);
    await expect(fleet.supervisor.removeDisk(spec.id, 0)).rejects.toMatchObject(leftAlone);
    await expect(fleet.supervisor.remove(spec.id)).rejects.toMatchObject(leftAlone);

    rmSync(path);
    const still = { code: "host_unfit", message: expect.stringContaining("still runs") };
    await expect(fleet.supervisor.act(spec.id, "start")).rejects.toMatchObject(still);
    await expect(fleet.supervisor.removeDisk(spec.id, 0)).rejects.toMatchObject(still);

    writeFileSync(path, whole);
    await expect(fleet.supervisor.act(spec.id, "start")).rejects.toMatchObject({ code: "wrong_state" });
    const { pid } = JSON.parse(whole).process.kernel;
    expect(fleet.supervisor.status(spec.id)).toMatchObject({ state: "running", pid, ending: null });
    const console = fleet.view(spec.id);
    console.type("echo still-$((40+2))\r");
    await console.see(/still-42/);
  });

  it("a launch that had not learned its process ids is found and adopted", async () => {
    fleet = await TestFleet.open();
    const { spec } = await fleet.boot("intent1");
    const path = join(fleet.home, "guests", spec.id, "launch.json");
    await fleet.supervisor.close({ stopGuests: false });
    const record = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...record, process: null }));
    expect(await fleet.reopen([spec])).toMatchObject({ adopted: 1 });
    expect(fleet.supervisor.status(spec.id).pid).toBe(record.process.kernel.pid);
  });

  it("a launch that was written down and never happened leaves the guest off, and it can be started", async () => {
    fleet = await TestFleet.open();
    const { spec } = await fleet.boot("never1");
    const path = join(fleet.home, "guests", spec.id, "launch.json");
    const record = JSON.parse(readFileSync(path, "utf8"));
    await fleet.supervisor.act(spec.id, "force-off");
    await fleet.state(spec.id, "stopped");
    writeFileSync(path, JSON.stringify({ ...record, process: null, launch: "0".repeat(24) }));
    writeFileSync(join(fleet.home, "guests", spec.id, "sandbox-status"), "");
    expect(await fleet.reopen([spec])).toMatchObject({ adopted: 0 });
    expect(fleet.supervisor.status(spec.id)).toMatchObject({ state: "stopped", ending: { kind: "lost" } });
  });

  it("records from before the host was restarted are closed, whoever has those pids now", async () => {
    fleet = await TestFleet.open();
    const spec = await fleet.spec("reboot1");
    fleet.supervisor.define(spec);
    const path = join(fleet.home, "guests", spec.id, "launch.json");
    const { spec: other } = await fleet.boot("other1");
    const record = JSON.parse(readFileSync(join(fleet.home, "guests", other.id, "launch.json"), "utf8"));
    writeFileSync(path, JSON.stringify({ ...record, hostBootId: "00000000-0000-0000-0000-000000000000" }));
    expect(await fleet.reopen([spec, other])).toMatchObject({ adopted: 1 });
    expect(fleet.supervisor.status(spec.id)).toMatchObject({ state: "stopped", ending: { kind: "lost" } });
    expect(fleet.supervisor.status(other.id).state).toBe("running");
  });

  it("a guest that ended meanwhile is found ended, with its reason, and nothing of it is left", async () => {
    fleet = await TestFleet.open();
    const { spec, console } = await fleet.boot("ended1");
    console.type("sleep 1; poweroff -f\r");
    await console.see(/poweroff/);
    await fleet.supervisor.close({ stopGuests: false });
    await until(
      () => processesOf(join(fleet?.home ?? "", "")).length === 0,
      () => "its end",
    );
    expect(await fleet.reopen([spec])).toMatchObject({ adopted: 0 });
    expect(fleet.supervisor.status(spec.id)).toMatchObject({ state: "stopped", ending: { kind: "powered-off" } });
  });
});
