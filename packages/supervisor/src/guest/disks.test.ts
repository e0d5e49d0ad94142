import { linkSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestFleet } from "../testing/fleet.ts";

let fleet: TestFleet;
let secret: string;
beforeAll(async () => {
  fleet = await TestFleet.open();
  secret = join(fleet.home, "secret");
});
afterAll(() => fleet.end());

it.each<[string, string, (file: string) => void, RegExp]>([
  [
    "symlink in the place of a COW file",
    "ubd0.cow",
    (file) => symlinkSync(secret, file),
    /is a symlink and not a file/,
  ],
  ["symlink to nothing", "ubd0.cow", (file) => symlinkSync("/nowhere", file), /is a symlink and not a file/],
  ["symlink in the place of an empty disk", "ubd1.img", (file) => symlinkSync(secret, file), /is a symlink/],
  ["second name of another file", "ubd1.img", (file) => linkSync(secret, file), /has 2 names|belongs to user/],
])("a guest does not start with a %s, and says what to do; a reset takes it away", async (_, name, forge, words) => {
  writeFileSync(secret, "of the server's user", { mode: 0o600 });
  const spec = await fleet.spec("forged", {
    disks: [
      { ubd: 0, source: { kind: "image", image: "demo" } },
      { ubd: 1, source: { kind: "empty", sizeMiB: 1 } },
    ].map((disk) => ({ ...DISK, ...disk }) as never),
  });
  fleet.supervisor.define(spec);
  const file = join(fleet.home, "guests", spec.id, "disks", name);
  forge(file);
  await expect(fleet.supervisor.act(spec.id, "start")).rejects.toMatchObject({
    code: "host_unfit",
    message: expect.stringMatching(words),
    details: [{ field: expect.stringMatching(/^disks\.\d$/) }],
  });
  await fleet.supervisor.removeDisk(spec.id, 0);
  await fleet.supervisor.removeDisk(spec.id, 1);
  expect(readFileSync(secret, "utf8")).toBe("of the server's user");
  await fleet.supervisor.act(spec.id, "start");
  await fleet.supervisor.act(spec.id, "force-off");
  expect(readFileSync(secret, "utf8")).toBe("of the server's user");
  rmSync(secret);
});

const DISK = {
  readOnly: false,
  synchronous: false,
  ignoreCow: false,
  shared: false,
  noDiscard: false,
  serial: null,
};
