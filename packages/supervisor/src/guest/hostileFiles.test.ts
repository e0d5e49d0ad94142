import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PROMPT, TestFleet } from "../testing/fleet.ts";
import { diskUse } from "../vitals/diskUse.ts";
import { GuestFolder, UML_DIR_INSIDE } from "./guestFolder.ts";

const MIB = 1024 * 1024;
const NO_FLAGS = { readOnly: false, synchronous: false, ignoreCow: false, shared: false, noDiscard: false };
const SECRET = "of the server's user";

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await TestFleet.open();
  mkdirSync(join(fleet.home, "outside"));
  writeFileSync(join(fleet.home, "outside", "secret"), SECRET, { mode: 0o600 });
});
afterAll(() => fleet.end());

/** Puts everything that can lead elsewhere in the place of everything that it reaches, again and again. In lines a shell takes. */
const swapper = (outside: string): string =>
  [
    "mkdir -p /h; mount -t hostfs none /h -o /..",
    `o=${outside}; u=/h${UML_DIR_INSIDE}/d`,
    "places='/h/hot/disks/ubd1 /h/hot/disks/ubd2 /h/hot/images/x /h/disks/ubd0.cow'",
    "links() { ln -sf $o/secret $1; rm -rf $1; ln $1 $1.2; ln -s $o $1; rm -rf $1; }",
    "odd() { mkfifo $1; rm -rf $1; mknod $1 c 1 5; rm -rf $1; mkdir -m 0 $1; mv $1 $1.3; }",
    "own() { rm -rf $u; ln -s $o $u; rm -rf $u; mkdir $u; ln -s $o/secret $u/x; chmod 0 $u; }",
    "(while :; do own; for p in $places $u/x; do links $p; odd $p; done; done) >/dev/null 2>&1 &",
  ].join("\r");

it("a guest that swaps names all the time leads no operation elsewhere, and stays one that starts and goes", async () => {
  const { spec, console } = await fleet.boot("hostile");
  const { id } = spec;
  const folder = join(fleet.home, "guests", id);
  const secretBefore = statSync(join(fleet.home, "outside", "secret"));
  console.type(`${swapper(join(fleet.home, "outside"))}\recho swapping-$((1+1))\r`);
  await console.see(/swapping-2/);

  const empty = { ubd: 1, kind: "empty" as const, sizeBytes: MIB, serial: null, flags: NO_FLAGS };
  for (let round = 0; round < 5; round += 1) {
    await fleet.supervisor.plugDisk(id, empty);
    await fleet.supervisor.keepDisk(id, empty);
    const kept = lstatSync(join(folder, "disks", "ubd1.img"));
    expect([kept.isFile(), kept.size, kept.nlink]).toEqual([true, MIB, 2]);
    expect(kept.ino).toBe(lstatSync(join(folder, "slots", "ubd1")).ino);
    const use = diskUse(new GuestFolder(fleet.home, fleet.supervisor.runFolder, id));
    expect(use.disksBytes).toBeLessThan(64 * MIB);
    await fleet.supervisor.mconsole(id, "remove ubd1");
    await fleet.supervisor.removeDisk(id, 1);
    expect(existsSync(join(folder, "disks", "ubd1.img"))).toBe(false);
    expect(statSync(join(folder, "slots", "ubd1")).size).toBe(0);
  }
  await fleet.supervisor.act(id, "force-off");
  await fleet.state(id, "stopped");
  // What it left in its own folder keeps it neither from starting nor from being deleted.
  console.detach();
  const again = fleet.view(id);
  await fleet.supervisor.act(id, "start");
  await again.see(PROMPT);
  await fleet.supervisor.act(id, "force-off");
  await fleet.state(id, "stopped");
  await fleet.supervisor.removeDisk(id, 0);
  await fleet.supervisor.remove(id);

  expect(existsSync(folder)).toBe(false);
  expect(readdirSync(join(fleet.home, "outside"))).toEqual(["secret"]);
  expect(readFileSync(join(fleet.home, "outside", "secret"), "utf8")).toBe(SECRET);
  const { mode, uid, nlink, mtimeMs } = statSync(join(fleet.home, "outside", "secret"));
  expect({ mode, uid, nlink, mtimeMs }).toEqual({
    mode: secretBefore.mode,
    uid: secretBefore.uid,
    nlink: secretBefore.nlink,
    mtimeMs: secretBefore.mtimeMs,
  });
});
