import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TestFleet, until } from "../testing/fleet.ts";
import { UML_DIR_INSIDE } from "./guestFolder.ts";
import { UmlDirGuard } from "./umlDirGuard.ts";

/** The guard has looked at what changed by then, and waits for the next change. */
const LOOKED_MS = 200;

describe("a guest's own directory on the host", () => {
  let folder: string;
  let found: string[];
  let guard: UmlDirGuard;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "corral-"));
    found = [];
    guard = new UmlDirGuard(
      { folder, inside: folder },
      () => null,
      (what) => found.push(what),
    );
  });
  afterEach(() => {
    guard.close();
    rmSync(folder, { recursive: true });
  });

  it("may hold what UML puts there", async () => {
    mkdirSync(join(folder, "g1"));
    writeFileSync(join(folder, "g1", "pid"), "1\n");
    guard.check();
    expect(found).toEqual([]);
  });

  it("that is taken away and made again is watched as before", async () => {
    mkdirSync(join(folder, "g1"));
    guard.check();
    rmSync(join(folder, "g1"), { recursive: true });
    await sleep(LOOKED_MS);
    mkdirSync(join(folder, "g1"));
    await sleep(LOOKED_MS);
    writeFileSync(join(folder, "g1", "x"), Buffer.alloc(2 * 1024 * 1024, 1));
    await until(
      () => found.length > 0,
      () => "the guard to notice",
    );
    expect(found).toEqual(["more than 1 MiB"]);
  });

  it.each<[string, () => void]>([
    ["more than 1 MiB", () => writeFileSync(join(folder, "g1", "x"), Buffer.alloc(2 * 1024 * 1024, 1))],
    ["more than 64 files", () => Array.from({ length: 65 }, (_, i) => writeFileSync(join(folder, "g1", `${i}`), ""))],
    ["folders inside folders", () => mkdirSync(join(folder, "g1", "deeper"))],
    [
      "more than 1 MiB",
      () => writeFileSync(Buffer.from(`${folder}/g1/\xff`, "latin1"), Buffer.alloc(2 * 1024 * 1024, 1)),
    ],
  ])("with %s is noticed by itself, once", async (what, fill) => {
    mkdirSync(join(folder, "g1"));
    fill();
    await until(
      () => found.length > 0,
      () => "the guard to notice",
    );
    guard.check();
    expect(found).toEqual([what]);
  });
});

it.each([
  ["a file", "dd if=/dev/zero of=$u/x bs=1M count=200", /^filler was forced off: it had more than 1 MiB/],
  [
    "a file that it has deleted",
    "mkdir $u/d; exec 3>$u/d/x; rm -r $u/d; dd if=/dev/zero bs=1M count=200 >&3",
    /^filler was forced off: it had a deleted file/,
  ],
])(
  "a guest that fills it through hostfs with %s is forced off, and what it wrote is taken away",
  async (_, fill, why) => {
    const fleet = await TestFleet.open();
    try {
      const { spec, console } = await fleet.boot("filler");
      const umlDir = join(fleet.supervisor.runFolder, spec.id.slice(0, 8), "u");
      console.type(`mkdir /h; mount -t hostfs none /h -o /..; u=/h${UML_DIR_INSIDE}; ${fill}; sync\r`);
      await fleet.state(spec.id, "stopped");
      const warning = fleet.events.find((event) => event.type === "warning");
      expect(warning?.message).toMatch(why);
      await until(
        () => !existsSync(umlDir),
        () => "the folder to be emptied",
      );
    } finally {
      await fleet.end();
    }
  },
);
