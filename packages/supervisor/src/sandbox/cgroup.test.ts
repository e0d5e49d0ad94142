import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Supervisor } from "../index.ts";
import { demoImage, processesOf, specOf, until } from "../testing/fleet.ts";
import { childrenOf } from "./processes.ts";

/** A place where this host lets root make groups; null where there is none. Its controllers may be few or none. */
const mount = /^\S+ (\S+) cgroup2 rw/m.exec(readFileSync("/proc/self/mounts", "utf8"))?.[1] ?? null;

describe.runIf(process.getuid?.() === 0 && mount !== null)("a guest where the host hands over a control group", () => {
  let folder: string;
  let home: string;
  let supervisor: Supervisor;
  beforeEach(() => {
    folder = join(mount as string, `corral-test-${process.pid}`);
    mkdirSync(folder);
    home = mkdtempSync(join(tmpdir(), "corral-"));
    supervisor = new Supervisor(home, { cgroup: folder });
  });
  afterEach(async () => {
    await supervisor.close({ stopGuests: true });
    rmSync(home, { recursive: true, force: true });
    for (const group of ["server", ""]) rmdirSync(join(folder, group));
  });

  it("is in a group of its own with all its processes, and leaves none behind", async () => {
    const spec = await specOf("grouped1", await demoImage());
    supervisor.define(spec);
    await supervisor.act(spec.id, "start");
    await until(
      () => supervisor.status(spec.id).state === "running",
      () => "the guest to run",
    );
    const group = join(folder, `guest-${spec.id}`);
    const kernel = supervisor.status(spec.id).pid as number;
    const helpers = childrenOf(kernel);
    const processes = [...processesOf(`${home}/`).map((line) => Number.parseInt(line, 10)), kernel, ...helpers];
    const members = readFileSync(join(group, "cgroup.procs"), "utf8").trim().split("\n").map(Number);
    // The chain's bwrap, its init, the kernel and its helpers; programs of the guest come and go.
    expect(processes.length).toBeGreaterThanOrEqual(4);
    expect(helpers.length).toBeGreaterThan(1);
    expect(members).toEqual(expect.arrayContaining(processes.slice(0, 4)));
    expect(members).not.toContain(process.pid);

    await supervisor.act(spec.id, "force-off");
    await until(
      () => !existsSync(group),
      () => "its group to be removed",
    );
  });
});
