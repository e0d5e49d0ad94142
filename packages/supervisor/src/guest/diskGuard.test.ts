import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestFleet, until } from "../testing/fleet.ts";

const MIB = 1024 * 1024;

const NO_FLAGS = { readOnly: false, synchronous: false, ignoreCow: false, shared: false, noDiscard: false };

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await TestFleet.open();
});
afterAll(() => fleet.end());

const warnings = (): string[] => fleet.events.flatMap((event) => (event.type === "warning" ? [event.message] : []));

it("a guest cannot make a disk's file larger than the largest may be, and lives on with the error", async () => {
  const { spec, console } = await fleet.boot("greedy");
  const cow = join(fleet.home, "guests", spec.id, "disks", "ubd0.cow");
  const { size } = statSync(cow);
  console.type(
    "mkdir /h; mount -t hostfs none /h -o /..; dd if=/dev/zero of=/h/disks/ubd0.cow bs=1M seek=3000 count=1; echo tried-$((1+1))\r",
  );
  expect(await console.see(/tried-2/)).toMatch(/File too large/);
  expect(statSync(cow).size).toBe(size);
  // The kernel, its disk and its memory still work.
  console.type("dd if=/dev/urandom of=/root/some bs=1M count=8; sync; echo wrote-$((1+1))\r");
  await console.see(/wrote-2/);
  // The range that is zeroed at once is what UML asks for; it then writes zeroes instead.
  expect(warnings()).toEqual([]);
  await fleet.supervisor.act(spec.id, "force-off");
});

it("a larger disk than any it was started with can be plugged in, and filled to its end", async () => {
  const { spec, console } = await fleet.boot("plugger");
  const disk = { ubd: 5, kind: "empty" as const, sizeBytes: 200 * MIB, serial: null, flags: NO_FLAGS };
  await fleet.supervisor.plugDisk(spec.id, disk);
  console.type("dd if=/dev/zero of=/dev/ubdf bs=1M seek=198 count=2 conv=fsync; echo filled-$((1+1))\r");
  expect(await console.see(/filled-2/)).toMatch(/2\+0 records out/);
  const slot = join(fleet.home, "guests", spec.id, "slots", "ubd5");
  expect(statSync(slot).blocks * 512).toBeGreaterThanOrEqual(2 * MIB);
  await fleet.supervisor.mconsole(spec.id, "remove ubd5");
  await fleet.supervisor.releaseDisk(spec.id, 5);
  expect(statSync(slot)).toMatchObject({ size: 0, blocks: 0 });
  expect(warnings()).toEqual([]);
  await fleet.supervisor.act(spec.id, "force-off");
});

it.each([
  ["makes its disk larger than it is", "disks/ubd0.cow", /MiB in ubd0\.cow, a disk of \d+ MiB at most/],
  [
    "fills the place of a disk that is not there",
    "hot/disks/ubd7",
    /in the place of ubd7, where no disk is plugged in/,
  ],
])("a guest that %s is forced off, and what it wrote is taken away", async (_, file, words) => {
  const { spec, console } = await fleet.boot("greedy", { memoryMiB: 256 });
  const folder = join(fleet.home, "guests", spec.id);
  const { size } = statSync(join(folder, "disks", "ubd0.cow"));
  console.type(`mkdir /h; mount -t hostfs none /h -o /..; dd if=/dev/zero of=/h/${file} bs=1M seek=200 count=20\r`);
  await fleet.state(spec.id, "stopped");
  expect(warnings().at(-1)).toMatch(words);
  await until(
    () => !existsSync(join(folder, "slots")) && statSync(join(folder, "disks", "ubd0.cow")).size === size,
    () => `the space to be given back: ${readdirSync(folder)}`,
  );
  expect(size).toBeLessThan(200 * MIB);
});
