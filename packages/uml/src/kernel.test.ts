import { chmod, copyFile, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findKernels } from "./findKernels.ts";
import { probeKernel } from "./kernel.ts";
import { KERNEL, makeFolder } from "./testing/bareGuest.ts";

let folder: string;

beforeAll(async () => {
  folder = await makeFolder();
});

afterAll(() => rm(folder, { recursive: true }));

const script = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path;
};

describe("probeKernel", () => {
  it("reads what Debian's kernel can do", async () => {
    const { path, version, abilities } = await probeKernel(KERNEL);
    expect(path).toBe(KERNEL);
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
    expect(abilities).toMatchObject({ ubd: true, hostfs: true, mconsole: true, watchdog: true, vector: true });
    expect(abilities.channels).toEqual(["fd", "none", "null", "port", "pty", "pts", "tty", "xterm"]);
    expect(abilities.rootFileSystems).toEqual(expect.arrayContaining(["ext4", "xfs", "btrfs"]));
    expect(abilities.rootFileSystems).not.toContain("squashfs");
    if (version.startsWith("6.1.")) {
      expect(abilities.ethTransports).toEqual([
        "ethertap",
        "tuntap",
        "slip",
        "daemon",
        "vde",
        "mcast",
        "ucast",
        "slirp",
      ]);
      expect(abilities.seccomp).toBe(false);
    }
  });

  it("runs the kernel in a wrapper, with nothing in its environment", async () => {
    const seen = join(folder, "environment");
    const wrapper = await script("wrapper", `/usr/bin/env > ${seen}.$$; exec "$@"`);
    expect((await probeKernel(KERNEL, { wrapper: [wrapper] })).version).toMatch(/^\d/);
    const strict = await script("strict", `test -z "$HOME$USER$NODE_ENV$VITEST" && exec "$@"; exit 9`);
    expect((await probeKernel(KERNEL, { wrapper: [strict] })).version).toMatch(/^\d/);
  });

  it("refuses what is no UML kernel without running it", async () => {
    const mark = join(folder, "was-run");
    const plainFile = join(folder, "plain");
    await writeFile(plainFile, "text");
    await chmod(plainFile, 0o755);
    await expect(probeKernel(join(folder, "none"))).rejects.toMatchObject({ code: "missing" });
    await expect(probeKernel(folder)).rejects.toMatchObject({ code: "not-elf" });
    await expect(probeKernel(plainFile)).rejects.toMatchObject({ code: "not-elf" });
    await expect(probeKernel(await script("evil", `touch ${mark}`))).rejects.toMatchObject({ code: "not-elf" });
    await expect(probeKernel("/bin/ls")).rejects.toMatchObject({ code: "not-uml" });
    await copyFile(KERNEL, join(folder, "not-executable"));
    await chmod(join(folder, "not-executable"), 0o644);
    await expect(probeKernel(join(folder, "not-executable"))).rejects.toMatchObject({ code: "not-executable" });
  });

  it("gives up on a kernel that fails, does not stop talking, or is called off", async () => {
    const failing = await script("failing", "printf '\\033[31mno such\\nlibrary' >&2; exit 3");
    await expect(probeKernel(KERNEL, { wrapper: [failing] })).rejects.toMatchObject({
      code: "failed",
      message: `${KERNEL} --version ended with code 3: [31mno such library`,
    });
    const endless = await script("endless", "exec yes");
    await expect(probeKernel(KERNEL, { wrapper: [endless] })).rejects.toMatchObject({ code: "failed" });
    const silent = await script("silent", "sleep 1000");
    await expect(probeKernel(KERNEL, { wrapper: [silent], signal: AbortSignal.timeout(200) })).rejects.toThrow(
      "timeout",
    );
    const other = await script("other", "echo 1.2.3");
    await expect(probeKernel(KERNEL, { wrapper: [other] })).rejects.toMatchObject({ code: "not-uml" });
  });
});

describe("findKernels", () => {
  it("finds each kernel once, by name on PATH and by content in a folder and below it", async () => {
    const kernels = join(folder, "kernels");
    await mkdir(kernels);
    await copyFile(KERNEL, join(kernels, "uml-copy"));
    await symlink(KERNEL, join(kernels, "link-to-kernel"));
    await symlink("/bin/ls", join(kernels, "linux"));
    await symlink("nowhere", join(kernels, "dangling"));
    await writeFile(join(kernels, "readme"), "text");
    const unpacked = join(kernels, "newer/usr/bin");
    await mkdir(unpacked, { recursive: true });
    await copyFile(KERNEL, join(unpacked, "linux.uml"));
    const found = await findKernels([kernels, "/nonexistent"], `/usr/bin:${kernels}::relative:/nonexistent`);
    expect(found).toEqual([KERNEL, join(kernels, "uml-copy"), join(unpacked, "linux.uml")]);
  });
});
