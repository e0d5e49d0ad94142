import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GuestDefinition } from "@corral/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestFleet } from "../testing/fleet.ts";
import type { GuestSpec } from "./guestSpec.ts";
import { NOT_AT_LAUNCH } from "./specDigest.ts";

describe("a guest that runs", () => {
  let fleet: TestFleet;
  let spec: GuestSpec;
  const read = new Set<string>();
  beforeAll(async () => {
    fleet = await TestFleet.open();
    spec = await fleet.spec("plain1");
    const definition = new Proxy(spec.definition, {
      get: (target, field) => {
        // The digest itself looks at all of them.
        if (!new Error().stack?.includes("/specDigest.ts")) read.add(String(field));
        return Reflect.get(target, field);
      },
    });
    fleet.supervisor.define({ ...spec, definition });
    await fleet.supervisor.act(spec.id, "start");
    await fleet.state(spec.id, "running");
  });
  afterAll(() => fleet.end());

  const needsRestart = (changes: Partial<GuestDefinition>, others: Partial<GuestSpec> = {}): boolean => {
    fleet.supervisor.define({ ...spec, ...others, definition: { ...spec.definition, ...changes } });
    return fleet.supervisor.status(spec.id).restartNeeded;
  };

  it("was made of no field of its definition that is taken for one that a launch does not use", () => {
    // Consoles are compared by themselves.
    expect(NOT_AT_LAUNCH.filter((field) => read.has(field))).toEqual(["consoles"]);
    expect([...read]).toEqual(expect.arrayContaining(["memoryMiB", "guestLink", "umid", "shares", "interfaces"]));
  });

  it("says that it needs a restart for everything that it takes up at a start, its link among that", () => {
    expect(needsRestart({})).toBe(false);
    expect(needsRestart({ guestLink: false })).toBe(true);
    expect(needsRestart({ memoryMiB: 96 })).toBe(true);
    expect(needsRestart({ umid: "other" })).toBe(true);
    expect(needsRestart({ consoles: [] })).toBe(true);
    expect(needsRestart({}, { kernel: { ...spec.kernel, path: "/elsewhere" } })).toBe(true);
    expect(needsRestart({}, { disks: [] })).toBe(true);
    expect(needsRestart({ notes: "n", tags: ["t"], autostart: true, restartPolicy: "always" })).toBe(false);
  });

  it("does not because a field came with a newer version, or another order", () => {
    expect(needsRestart({ networks: undefined } as Partial<GuestDefinition>)).toBe(false);
    const reversed = Object.fromEntries(Object.entries(spec.definition).reverse()) as GuestDefinition;
    expect(needsRestart(reversed)).toBe(false);
  });

  it("does not because an older server launched it, and still says so of what that one left out", async () => {
    await fleet.supervisor.close({ stopGuests: false });
    const path = join(fleet.home, "guests", spec.id, "launch.json");
    const record = JSON.parse(readFileSync(path, "utf8"));
    // As written by the version before digests had a form.
    const { name, memoryMiB, rootDevice, init, kernelArguments, umid, cpus, niceness, shares } = spec.definition;
    const older = [
      [name, memoryMiB, rootDevice, init, kernelArguments, umid, cpus, niceness, shares],
      spec.kernel.path,
      spec.disks,
    ];
    const specDigest = createHash("sha256").update(JSON.stringify(older)).digest("hex");
    writeFileSync(path, JSON.stringify({ ...record, specDigest }));
    expect(await fleet.reopen([spec])).toMatchObject({ adopted: 1 });
    expect(needsRestart({})).toBe(false);
    expect(needsRestart({ memoryMiB: 96 })).toBe(true);
    expect(needsRestart({ guestLink: false })).toBe(true);
  });
});
