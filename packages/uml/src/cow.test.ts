import { execFileSync } from "node:child_process";
import { copyFile, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { checkCow, createCow, readCowHeader } from "./cow.ts";
import { BareGuest, makeFolder, makeImage } from "./testing/bareGuest.ts";

describe("COW files", () => {
  let folder: string;
  let image: string;
  let cow: string;

  beforeAll(async () => {
    folder = await makeFolder();
    image = await makeImage(folder);
    cow = join(folder, "disk.cow");
  });

  beforeEach(() => rm(cow, { force: true }));

  afterAll(() => rm(folder, { recursive: true }));

  it("are byte for byte what uml_mkcow makes", async () => {
    const reference = join(folder, "reference.cow");
    execFileSync("uml_mkcow", [reference, image]);
    await createCow({ file: cow, backing: image });
    expect((await readFile(cow)).equals(await readFile(reference))).toBe(true);
    expect(await readCowHeader(reference)).toEqual(await readCowHeader(cow));
  });

  it("are sparse, private, and leave nothing else behind", async () => {
    const before = await readdir(folder);
    await createCow({ file: cow, backing: image });
    const { blocks, mode } = await stat(cow);
    expect(blocks * 512).toBeLessThan(64 * 1024);
    expect(mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).sort()).toEqual([...before, "disk.cow"].sort());
  });

  it("take a guest's writes, and merge to what it wrote", async () => {
    await createCow({ file: cow, backing: image });
    const before = await readFile(image);
    const guest = await BareGuest.boot(folder, image, { disks: [{ ubd: 0, file: cow, backing: image }] });
    guest.type("echo kept-in-the-cow > /kept; sync; poweroff -f");
    await guest.exit;
    await guest.end();
    expect((await readFile(image)).equals(before)).toBe(true);
    expect((await checkCow(cow, image)).result).toBe("ok");
    const merged = join(folder, "merged.img");
    execFileSync("uml_moo", [cow, merged]);
    expect(execFileSync("/usr/sbin/debugfs", ["-R", "cat /kept", merged], { stdio: "pipe" }).toString()).toBe(
      "kept-in-the-cow\n",
    );
  });

  it("name the backing file as the kernel will see it", async () => {
    const header = await createCow({ file: cow, backing: image, backingInside: "/images/root.img" });
    expect(header.backing).toBe("/images/root.img");
    expect(await readCowHeader(cow)).toEqual(header);
    expect((await checkCow(cow, image)).result).toBe("ok");
  });

  it("never replace a file that is there", async () => {
    await writeFile(cow, "precious");
    await expect(createCow({ file: cow, backing: image })).rejects.toMatchObject({ code: "exists" });
    expect(await readFile(cow, "utf8")).toBe("precious");
    expect((await readdir(folder)).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  it.each(["image.img", "/image.img", `/i/${"x".repeat(4096)}`, "/i/a\0b"])(
    "refuse %.20s as a backing path",
    async (backingInside) => {
      await expect(createCow({ file: cow, backing: image, backingInside })).rejects.toMatchObject({ code: "bad-path" });
    },
  );

  it("refuse a backing file that is none", async () => {
    await expect(createCow({ file: cow, backing: folder })).rejects.toMatchObject({ code: "bad-backing" });
    await expect(createCow({ file: cow, backing: `${image}.gone` })).rejects.toMatchObject({ code: "bad-backing" });
  });

  it("fail over a backing file that changed, before and in the kernel alike", async () => {
    const changed = join(folder, "changed.img");
    await copyFile(image, changed);
    await createCow({ file: cow, backing: changed });
    const { mtime } = await stat(changed);

    await utimes(changed, mtime, new Date(mtime.getTime() + 5000));
    expect(await checkCow(cow, changed)).toMatchObject({ result: "mtime-mismatch" });
    const guest = await BareGuest.start(folder, { disks: [{ ubd: 0, file: cow, backing: changed }] });
    await guest.exit;
    await guest.end();
    expect(guest.kernelLog).toContain("mtime mismatch");

    await truncate(changed, 1024 * 1024);
    await utimes(changed, mtime, mtime);
    expect(await checkCow(cow, changed)).toMatchObject({ result: "size-mismatch" });
    await rm(changed);
    expect(await checkCow(cow, changed)).toMatchObject({ result: "backing-missing" });
  });

  it("are told from what is none", async () => {
    expect(await checkCow(cow, image)).toMatchObject({ result: "missing" });
    expect(await checkCow(image, image)).toMatchObject({ result: "not-cow" });
    expect(await readCowHeader(image)).toBeNull();
    await writeFile(cow, "");
    expect(await checkCow(cow, image)).toMatchObject({ result: "torn" });
    await rm(cow);
    await createCow({ file: cow, backing: image });
    const whole = await readFile(cow);
    await truncate(cow, 4128);
    expect(await checkCow(cow, image)).toMatchObject({ result: "torn" });
    await truncate(cow, 100);
    expect(await checkCow(cow, image)).toMatchObject({ result: "torn" });
    expect(await readCowHeader(cow)).toBeNull();
    whole.writeUInt32BE(2, 4);
    await writeFile(cow, whole);
    expect(await checkCow(cow, image)).toMatchObject({ result: "unsupported" });
  });
});
