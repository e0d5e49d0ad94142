import { execFileSync } from "node:child_process";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFolder } from "./testing/bareGuest.ts";
import { mconsolePath, pidPath, readPid, umidFolder } from "./umid.ts";

describe("readPid", () => {
  let umlDir: string;

  beforeEach(async () => {
    umlDir = await makeFolder();
    await mkdir(umidFolder(umlDir, "g"));
  });

  afterEach(() => rm(umlDir, { recursive: true }));

  it.each([
    ["17\n", 17],
    ["2", 2],
    ["", null],
    ["0\n", null],
    ["-1\n", null],
    ["1e3\n", null],
    ["12 13\n", null],
    ["9".repeat(40), null],
  ])("reads %j as %j", async (text, pid) => {
    await writeFile(pidPath(umlDir, "g"), text);
    expect(readPid(umlDir, "g")).toBe(pid);
  });

  it("reads a missing file or folder as null", () => {
    expect(readPid(umlDir, "g")).toBeNull();
    expect(readPid(umlDir, "h")).toBeNull();
  });

  it("follows no symlink, neither of the file nor of the folder", async () => {
    await writeFile(join(umlDir, "secret"), "17\n");
    await symlink(join(umlDir, "secret"), pidPath(umlDir, "g"));
    expect(readPid(umlDir, "g")).toBeNull();

    await rm(pidPath(umlDir, "g"));
    await writeFile(pidPath(umlDir, "g"), "17\n");
    await rename(umidFolder(umlDir, "g"), umidFolder(umlDir, "other"));
    await symlink("other", umidFolder(umlDir, "g"));
    expect(readPid(umlDir, "other")).toBe(17);
    expect(readPid(umlDir, "g")).toBeNull();
  });

  it("is not held up by a fifo, and reads no folder", async () => {
    execFileSync("mkfifo", [pidPath(umlDir, "g")]);
    expect(readPid(umlDir, "g")).toBeNull();
    await rm(pidPath(umlDir, "g"));
    await mkdir(pidPath(umlDir, "g"));
    expect(readPid(umlDir, "g")).toBeNull();
  });

  it("knows where UML puts its files", () => {
    expect(mconsolePath("/run/u", "g1")).toBe("/run/u/g1/mconsole");
    expect(pidPath("/run/u", "g1")).toBe("/run/u/g1/pid");
  });
});
