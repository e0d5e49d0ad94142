import { execFileSync } from "node:child_process";
import {
  chownSync,
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openOwnFile, pinOwnFile } from "./ownFile.ts";

let folder: string;
let file: string;
let other: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "corral-"));
  file = join(folder, "ubd0.img");
  other = join(folder, "other");
  writeFileSync(other, "of somebody else", { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true }));

it.each<[string, () => void, RegExp]>([
  ["a symlink", () => symlinkSync(other, file), /is a symlink and not a file.*remove it/],
  ["a symlink to nothing", () => symlinkSync("/nowhere", file), /is a symlink/],
  ["a folder", () => mkdirSync(file), /is a folder/],
  ["a fifo", () => execFileSync("mkfifo", [file]), /is a fifo/],
  ["a second name", () => linkSync(other, file), /has 2 names.*cp -p --sparse=always/],
  ["a device", () => execFileSync("mknod", [file, "c", "1", "5"]), /is a device/],
])("a disk's file that is %s is refused, with what to do, and not opened", async (_, forge, words) => {
  forge();
  await expect(openOwnFile(file, null, "write")).rejects.toMatchObject({
    code: "host_unfit",
    message: expect.stringMatching(words),
  });
});

it("a disk's file of another user is refused", () => {
  writeFileSync(file, "", { mode: 0o600 });
  chownSync(file, 54_321, 54_321);
  expect(() => pinOwnFile(file, 12_345)).toThrow(/belongs to user 54321 and not to 12345.*chown 12345:12345/);
});

it("a disk's file that the server was killed before it had given it away is given away now", async () => {
  writeFileSync(file, "", { mode: 0o600 });
  await (await openOwnFile(file, 12_345, "read"))?.close();
  expect(statSync(file).uid).toBe(12_345);
});

it("one that is not there is no error, and one whose rights its guest took away is opened all the same", async () => {
  expect(await openOwnFile(file, null, "read")).toBeNull();
  writeFileSync(file, "words", { mode: 0o4000 });
  const handle = await openOwnFile(file, null, "write");
  expect(await handle?.readFile("utf8")).toBe("words");
  await handle?.close();
  expect(statSync(file).mode & 0o7777).toBe(0o600);
});

it("what is done to a pinned file is done to it, whatever lies at its path by then", () => {
  writeFileSync(file, "mine", { mode: 0o600 });
  const pinned = pinOwnFile(file, null);
  rmSync(file);
  symlinkSync(other, file);
  expect(statSync(`/proc/self/fd/${pinned?.fd}`).size).toBe(4);
  closeSync(pinned?.fd as number);
});
