import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BuiltImage } from "./imageBuild.ts";
import { checkFile, registerFile } from "./registerFile.ts";

const MIB = 1024 * 1024;

describe("registering a file as an image", () => {
  let folder: string;
  let work: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "corral-register-"));
    work = join(folder, "work");
    mkdirSync(work);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const register = (path: string, signal = new AbortController().signal): Promise<BuiltImage> =>
    registerFile(
      { path },
      { file: join(folder, "image"), workFolder: work, signal, onOutput: () => {}, onProgress: () => {} },
    );

  /** A sparse file of 64 MiB with these bytes in it. */
  const disk = (name: string, contents: Readonly<Record<number, string>>, size = 64 * MIB): string => {
    const path = join(folder, name);
    const head = Buffer.alloc(128 * 1024);
    for (const [at, bytes] of Object.entries(contents)) head.write(bytes, Number(at), "latin1");
    writeFileSync(path, head);
    truncateSync(path, size);
    return path;
  };

  const fileSystem = (): string => {
    const path = disk("ext4.img", {});
    execFileSync("/usr/sbin/mke2fs", ["-q", "-F", "-t", "ext4", path], { stdio: "ignore" });
    return path;
  };

  it("copies a file system bit for bit and as sparse as it was", async () => {
    const path = fileSystem();
    const { facts, origin, login } = await register(path);
    expect(readFileSync(join(folder, "image")).equals(readFileSync(path))).toBe(true);
    expect(facts.sizeBytes).toBe(64 * MIB);
    expect(facts.diskBytes).toBeLessThan(16 * MIB);
    expect(origin).toEqual({ kind: "file", path });
    expect(login.user).toBeNull();
    expect(readdirSync(work)).toEqual([]);
    rmSync(join(folder, "image"));
  });

  it("takes a disk with a partition table", async () => {
    await register(disk("mbr.img", { 510: "\x55\xaa" }));
    rmSync(join(folder, "image"));
  });

  it.each([
    ["a COW file", { 0: "OOOM" }, /COW file.*uml_moo/],
    ["a qcow2 disk", { 0: "QFI\xfb" }, /qcow2.*qemu-img convert -O raw/],
    ["a compressed file", { 0: "\x1f\x8b" }, /gzip.*gunzip/],
    ["a tar archive", { 257: "ustar" }, /tar archive.*mke2fs/],
    ["a hybrid CD", { 32769: "CD001", 510: "\x55\xaa" }, /CD or DVD/],
    ["anything else", { 0: "hello" }, /neither a file system/],
  ])("refuses %s and says what to do", async (_, contents, words) => {
    await expect(register(disk("bad.img", contents))).rejects.toMatchObject({
      code: "impossible",
      details: [{ field: "path", message: expect.stringMatching(words) }],
    });
  });

  it("refuses what is no regular file, too small, cut short, or not there", async () => {
    const path = fileSystem();
    symlinkSync(path, join(folder, "link"));
    execFileSync("mkfifo", [join(folder, "fifo")]);
    for (const [bad, words] of [
      [join(folder, "link"), /symbolic link/],
      [join(folder, "fifo"), /not a regular file/],
      ["/dev/zero", /not a regular file/],
      [work, /not a regular file/],
      [join(folder, "none"), /no such file/],
      [disk("small.img", { 510: "\x55\xaa" }, MIB), /at least 64 MiB/],
      [disk("small.qcow2", { 0: "QFI\xfb" }, MIB), /qcow2.*qemu-img convert/],
      [disk("tiny.qcow2", { 0: "QFI\xfb" }, 100), /qcow2.*qemu-img convert/],
      [disk("empty.img", {}, 0), /neither a file system/],
      [disk("short.img", { 510: "\x55\xaa" }, 64 * MIB + 7), /sectors/],
    ] as const) {
      const refusal = { details: [{ message: expect.stringMatching(words) }] };
      await expect(register(bad)).rejects.toMatchObject(refusal);
      await expect(checkFile(bad)).rejects.toMatchObject(refusal);
    }
  });

  it("leaves nothing when it is cancelled", async () => {
    const cancel = new AbortController();
    cancel.abort();
    await expect(register(fileSystem(), cancel.signal)).rejects.toMatchObject({ code: "cancelled" });
    expect(readdirSync(work)).toEqual([]);
    expect(readdirSync(folder)).not.toContain("image");
  });
});
