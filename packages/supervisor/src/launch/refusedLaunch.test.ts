import { chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GuestDefinition } from "@corral/contracts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { uidOf } from "../guestUids.ts";
import { TestFleet } from "../testing/fleet.ts";

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await TestFleet.open();
});
afterAll(() => fleet.end());

const start = async (changes: Partial<GuestDefinition>, prepare: (uid: number) => void = () => {}) => {
  const spec = await fleet.spec("refused", changes);
  fleet.supervisor.define(spec);
  prepare(uidOf(join(fleet.home, "guests"), spec.id) as number);
  await fleet.supervisor.act(spec.id, "start");
  await fleet.supervisor.act(spec.id, "force-off");
};

it("arguments that are more than a kernel takes together are refused by the field that makes the most of them", async () => {
  const kernelArguments = Array.from({ length: 32 }, (_, index) => `word${index}=${"x".repeat(200)}`);
  await expect(start({ kernelArguments })).rejects.toMatchObject({
    code: "impossible",
    message: expect.stringMatching(/^refused was not started: kernelArguments makes \d+ bytes of a command line/),
    details: [{ field: "kernelArguments" }],
  });
});

it("a folder that the guest's own user cannot write to is not shared for writing, and it is said what it needs", async () => {
  const folder = join(fleet.home, "of-root");
  mkdirSync(folder, { mode: 0o755 });
  const shares = [{ name: "data", folder, readOnly: false }];
  await expect(start({ shares })).rejects.toMatchObject({
    code: "host_unfit",
    message: expect.stringMatching(/share data: .* runs as user 3\d{5}.*chown 3\d{5}:3\d{5} '.*of-root'/),
    details: [{ field: "shares.0" }],
  });
  await start({ shares: [{ name: "data", folder, readOnly: true }] });
  await start({ shares }, (uid) => chownSync(folder, uid, uid));
});

it.each([
  ["is not there", "/nowhere/at/all", /is not there\. Make it/],
  ["is a file", "file", /is not a folder/],
])("a share that %s is refused by name", async (_, path, words) => {
  writeFileSync(join(fleet.home, "file"), "");
  const shares = [{ name: "data", folder: join(fleet.home, path).replace(/^.*(?=\/nowhere)/, ""), readOnly: true }];
  await expect(start({ shares })).rejects.toMatchObject({ code: "host_unfit", message: expect.stringMatching(words) });
});
