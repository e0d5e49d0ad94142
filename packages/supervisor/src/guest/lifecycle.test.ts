import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CorralError } from "@corral/contracts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { checkHost } from "../host/hostChecks.ts";
import { PROMPT, processesOf, TestFleet, until } from "../testing/fleet.ts";
import { START_FREE_MINIMUM_BYTES } from "./roomToStart.ts";

const SIGKILL = 9;
const SIGTERM = 15;

describe("the life of a guest", () => {
  let fleet: TestFleet;
  beforeAll(async () => {
    fleet = await TestFleet.open();
  });
  afterEach(async () => {
    await fleet.allOff();
    expect(processesOf(`${fleet.home}/`)).toEqual([]);
    fleet.events.length = 0;
  });
  afterAll(() => fleet.end());

  const identityOf = (id: string) => fleet.supervisor.status(id).pid as number;
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.unreachable("it should have been refused"),
      (error: CorralError) => error,
    );

  it("shuts down on Ctrl-Alt-Del with its disks synced, stays off, and finds its files at the next start", async () => {
    const { spec, console } = await fleet.boot("shut1");
    console.type("echo kept > /root/file\r");
    await console.see(/kept[\s\S]*# \S*$/);
    await fleet.supervisor.act(spec.id, "shutdown");
    await fleet.state(spec.id, "stopped");
    console.detach();
    expect(fleet.supervisor.status(spec.id).ending).toMatchObject({ kind: "shutdown", message: "It was shut down." });
    await fleet.supervisor.act(spec.id, "start");
    const again = fleet.view(spec.id);
    await again.see(PROMPT);
    again.type("cat /root/file; dmesg | grep 'EXT4.*recovery'; echo $?\r");
    expect(await again.see(/\nkept\r\n[\s\S]*# /)).toMatch(/\nkept\r\n1\r\n/);
    await fleet.supervisor.act(spec.id, "force-off");
    await fleet.state(spec.id, "stopped");
  });

  it("that was called off while it started is deleted whole, and nothing of its start comes after", async () => {
    const specs = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((number) => fleet.spec(`gone${number}`)));
    const removing = specs.map(async (spec, number) => {
      fleet.supervisor.define(spec);
      const starting = fleet.supervisor.act(spec.id, "start").catch(() => {});
      // Each in another moment of its start.
      for (let turn = 0; turn < 3 * number; turn += 1) await new Promise(setImmediate);
      await fleet.supervisor.act(spec.id, "force-off").catch(() => {});
      await fleet.state(spec.id, "stopped");
      await fleet.supervisor.remove(spec.id);
      await starting;
    });
    await Promise.all(removing);
    const left = [join(fleet.home, "guests"), fleet.supervisor.runFolder].flatMap((folder) => readdirSync(folder));
    expect(left.filter((name) => specs.some(({ id }) => name.includes(id)))).toEqual([]);
    for (const { id } of specs) expect(processesOf(id)).toEqual([]);
  });

  it("restarts with its current definition, on the same console", async () => {
    const { spec, console } = await fleet.boot("again1");
    fleet.supervisor.define({ ...spec, definition: { ...spec.definition, memoryMiB: 96 } });
    expect(fleet.supervisor.status(spec.id).restartNeeded).toBe(true);
    await fleet.supervisor.act(spec.id, "restart");
    await until(
      () => fleet.supervisor.status(spec.id).boots === 2,
      () => "the second boot",
    );
    await console.see(/Linux version[\s\S]*Linux version[\s\S]*# \S*$/);
    expect(fleet.supervisor.status(spec.id)).toMatchObject({ restartNeeded: false, state: "running" });
    expect(fleet.supervisor.readLog(spec.id, "con0", 0, 1 << 20).bytes.length).toBeGreaterThan(0);
    await fleet.supervisor.act(spec.id, "force-restart");
    await until(
      () => fleet.supervisor.status(spec.id).boots === 3,
      () => "the third boot",
    );
    await fleet.state(spec.id, "running");
    await fleet.supervisor.act(spec.id, "force-off");
    await fleet.state(spec.id, "stopped");
  });

  it("pauses to no CPU time at all, keeps what is typed meanwhile, and goes on", async () => {
    const { spec, console } = await fleet.boot("pause1");
    await fleet.supervisor.act(spec.id, "pause");
    expect(fleet.supervisor.status(spec.id).state).toBe("paused");
    console.type("echo later-$((40+2))\r");
    expect(await fleet.reopen([spec])).toMatchObject({ adopted: 1 });
    expect(fleet.supervisor.status(spec.id).state).toBe("paused");
    const again = fleet.view(spec.id);
    await fleet.supervisor.act(spec.id, "resume");
    await again.see(/later-42/);
    await fleet.supervisor.act(spec.id, "pause");
    await fleet.supervisor.act(spec.id, "force-off");
    await fleet.state(spec.id, "stopped");
  });

  it("powers itself off, and stays off", async () => {
    const { spec, console } = await fleet.boot("own1");
    console.type("poweroff\r");
    await fleet.state(spec.id, "stopped");
    expect(fleet.supervisor.status(spec.id).ending?.kind).toBe("powered-off");
  });

  it("reboots itself, and comes back although its policy is never", async () => {
    const { spec, console } = await fleet.boot("own2");
    console.type("reboot\r");
    await until(
      () => fleet.supervisor.status(spec.id).boots === 2,
      () => "the second boot",
    );
    await fleet.state(spec.id, "running");
    await fleet.supervisor.act(spec.id, "force-off");
    await fleet.state(spec.id, "stopped");
  });

  it("panics: its process ends, the panic is in the kernel log and in the ending", async () => {
    const { spec, console } = await fleet.boot("panic1");
    console.type("echo c > /proc/sysrq-trigger\r");
    await fleet.state(spec.id, "crashed");
    expect(fleet.supervisor.status(spec.id).ending).toMatchObject({
      kind: "panic",
      message: expect.stringContaining("sysrq triggered crash"),
    });
    const log = Buffer.from(fleet.supervisor.readLog(spec.id, "kernel", 0, 1 << 20).bytes).toString();
    expect(log).toContain("Kernel panic");
    expect((await fleet.reopen([spec])).adopted).toBe(0);
    expect(fleet.supervisor.status(spec.id).state).toBe("crashed");
  });

  it("is started again after a panic when its policy says so", async () => {
    const { spec, console } = await fleet.boot("panic2", { restartPolicy: "on-crash" });
    console.type("echo c > /proc/sysrq-trigger\r");
    await until(
      () => fleet.supervisor.status(spec.id).boots === 2,
      () => "the second boot",
    );
    await fleet.state(spec.id, "running");
    await fleet.supervisor.act(spec.id, "force-off");
    await fleet.state(spec.id, "stopped");
  });

  it.each([
    ["SIGTERM to the kernel", (id: string) => identityOf(id), SIGTERM],
    ["SIGKILL to the first process of its namespace", (id: string) => initOf(fleet, id), SIGKILL],
    ["SIGKILL to the kernel alone, as the host's OOM killer does", (id: string) => identityOf(id), SIGKILL],
  ])("leaves nothing behind after %s, and touches nothing outside its sandbox", async (_, victim, number) => {
    const witness = join(fleet.home, "witness");
    rmSync(witness, { force: true });
    const { spec, console } = await fleet.boot("kill1");
    console.type(`mkdir -p ${fleet.home}; while :; do echo out > ${witness}; done &\r`);
    await console.see(/&\r\n/);
    execFileSync("kill", [`-${number}`, String(victim(spec.id))]);
    await fleet.state(spec.id, "crashed");
    expect(fleet.supervisor.status(spec.id).ending?.kind).toBe("killed");
    expect(processesOf(`${fleet.home}/`)).toEqual([]);
    expect(() => statSync(witness)).toThrow(/ENOENT/);
  });

  it("tries a boot again that dies before its root is mounted, counts it, and gives up in the end", async () => {
    const spec = await fleet.spec("noroot1", { rootDevice: "/dev/ubdb" });
    fleet.supervisor.define(spec);
    await fleet.supervisor.act(spec.id, "start");
    await fleet.state(spec.id, "crashed");
    expect(fleet.supervisor.status(spec.id)).toMatchObject({
      boots: 4,
      bootRetries: 3,
      ending: { kind: "boot-failed", message: expect.stringContaining("Unable to mount root") },
    });
    expect(fleet.events.filter((event) => event.type === "boot-retried")).toHaveLength(3);
  });

  it("is not started when its kernel is gone, and says so", async () => {
    const spec = await fleet.spec("nokernel1");
    const gone = { ...spec, kernel: { ...spec.kernel, path: "/nowhere/linux.uml" } };
    fleet.supervisor.define(gone);
    const error = await failure(fleet.supervisor.act(spec.id, "start"));
    expect(error).toMatchObject({ code: "host_unfit", message: expect.stringContaining("/nowhere/linux.uml is gone") });
    expect(fleet.supervisor.status(spec.id)).toMatchObject({ state: "stopped", ending: { kind: "launch-failed" } });
  });

  it("is not started when its kernel is no program, and says what the sandbox said", async () => {
    const bogus = join(fleet.home, "bogus");
    writeFileSync(bogus, "not a program", { mode: 0o755 });
    const spec = await fleet.spec("bogus1");
    fleet.supervisor.define({ ...spec, kernel: { ...spec.kernel, path: bogus } });
    await fleet.supervisor.act(spec.id, "start").catch(() => {});
    await fleet.state(spec.id, "crashed", "stopped");
    expect(fleet.supervisor.status(spec.id).ending?.message).toMatch(/exec|format/i);
  });

  it("is not started over an image that changed or is gone, and says which", async () => {
    const spec = await fleet.spec("image1");
    const path = join(fleet.home, "own.img");
    execFileSync("cp", ["--preserve=timestamps", fleet.image, path]);
    const disk = spec.disks[0];
    if (disk?.kind !== "cow") throw new Error("the spec has no COW disk");
    const own = { ...spec, disks: [{ ...disk, image: { ...disk.image, path } }] };
    fleet.supervisor.define(own);
    utimesSync(path, 1, 1);
    expect((await failure(fleet.supervisor.act(spec.id, "start"))).message).toMatch(
      new RegExp(`image demo cannot be used.*touch -d @\\d+ ${path}`),
    );
    rmSync(path);
    const error = await failure(fleet.supervisor.act(spec.id, "start"));
    expect(error.message).toMatch(/image demo cannot be used.*is gone/);
    expect(error.details?.[0]?.field).toBe("disks.0");
  });

  it("can be forced off in the very moment it is started", async () => {
    const spec = await fleet.spec("hasty1");
    fleet.supervisor.define(spec);
    await fleet.supervisor.act(spec.id, "start");
    await fleet.supervisor.act(spec.id, "force-off");
    await fleet.state(spec.id, "stopped");
    const starting = fleet.supervisor.act(spec.id, "start");
    await fleet.supervisor.act(spec.id, "force-off").catch(() => {});
    await starting.catch(() => {});
    await fleet.state(spec.id, "stopped", "running", "booting");
  });

  it("is started once when two ask at the same time", async () => {
    const spec = await fleet.spec("twice1");
    fleet.supervisor.define(spec);
    const results = await Promise.allSettled([
      fleet.supervisor.act(spec.id, "start"),
      fleet.supervisor.act(spec.id, "start"),
    ]);
    expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
    await fleet.state(spec.id, "running");
    expect(fleet.supervisor.status(spec.id).boots).toBe(1);
    await fleet.supervisor.act(spec.id, "force-off");
    await fleet.state(spec.id, "stopped");
  });

  it("may have a name of 1 and of 63 characters", async () => {
    for (const name of ["a", "b".repeat(63)]) {
      const { spec, console } = await fleet.boot(name);
      console.type("hostname\r");
      await console.see(new RegExp(`\\n${name}\\r`));
      await fleet.supervisor.act(spec.id, "force-off");
      await fleet.state(spec.id, "stopped");
    }
  });

  it("starts twenty at once, a few booting at a time, and stops them all", async () => {
    const specs = await Promise.all(
      Array.from({ length: 20 }, (_, index) => fleet.spec(`many${index}`, { memoryMiB: 32 })),
    );
    for (const spec of specs) fleet.supervisor.define(spec);
    await Promise.all(specs.map((spec) => fleet.supervisor.act(spec.id, "start")));
    for (const spec of specs) await fleet.state(spec.id, "running");
    const old = fleet.supervisor;
    await old.close({ stopGuests: true });
    expect(processesOf(`${fleet.home}/`)).toEqual([]);
    await fleet.reopen(specs);
    expect(new Set(specs.map((spec) => fleet.supervisor.status(spec.id).state))).toEqual(new Set(["stopped"]));
  }, 180_000);

  it.runIf(process.getuid?.() === 0)(
    "is not started on a full disk, as the host checks foretell; nothing half made is left",
    async () => {
      const small = mkdtempSync(join(tmpdir(), "corral-small-"));
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=256m", "tmpfs", small]);
      const foretold = async () => (await checkHost(small)).find(({ id }) => id === "disk")?.status;
      const tight = await TestFleet.open(small);
      try {
        const spec = await tight.spec("full1");
        tight.supervisor.define(spec);
        const filler = join(small, "filler");
        appendFileSync(filler, "");
        try {
          for (;;) appendFileSync(filler, Buffer.alloc(1 << 20));
        } catch {
          // Full, as it should be.
        }
        const error = await failure(tight.supervisor.act(spec.id, "start"));
        expect(error).toMatchObject({ code: "disk_full", message: expect.stringContaining("Free some space") });
        expect(tight.supervisor.status(spec.id).state).toBe("stopped");
        expect(await foretold()).toBe("failure");
        // Little, but enough: the guest writes next to nothing.
        truncateSync(filler, statSync(filler).size - 2 * START_FREE_MINIMUM_BYTES);
        expect(await foretold()).toBe("warning");
        await tight.supervisor.act(spec.id, "start");
        await tight.state(spec.id, "running");
      } finally {
        await tight.supervisor.close({ stopGuests: true });
        execFileSync("umount", [small]);
        rmSync(small, { recursive: true });
      }
    },
  );
});

const initOf = (fleet: TestFleet, id: string): number => {
  const { pid } = fleet.supervisor.status(id);
  return Number(execFileSync("ps", ["-o", "ppid=", "-p", String(pid)], { encoding: "utf8" }).trim());
};
