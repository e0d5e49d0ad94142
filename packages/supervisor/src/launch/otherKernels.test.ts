import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findKernelFiles, probeKernelFile } from "../kernelFiles.ts";
import { hostLibraries } from "../sandbox/libraries.ts";
import { PROMPT, TestFleet } from "../testing/fleet.ts";
import { suiteKernel } from "../testing/suiteKernel.ts";

/** Downloading a suite's packages takes a while where the mirror is slow. */
const DOWNLOAD_PATIENCE_MS = 180_000;

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await TestFleet.open();
});
afterAll(() => fleet.end());

describe.each([
  ["bookworm", /^6\.1\./],
  ["trixie", /^6\.12\./],
  ["sid", /^(7|8|9)\./],
] as const)("the kernel of Debian's %s, unpacked from its packages", (suite, release) => {
  let kernel: string;
  beforeAll(async () => {
    kernel = await suiteKernel(suite);
  }, DOWNLOAD_PATIENCE_MS);

  it("is found, asked what it is, and boots the demo image with its modules", async () => {
    expect(await findKernelFiles(join(kernel, "../../.."))).toEqual([kernel]);
    const { version, modules, abilities } = await probeKernelFile(kernel);
    expect(version).toMatch(release);
    expect(modules).toBe(join(kernel, "../../lib/uml/modules", version));

    const spec = await fleet.spec(`on-${suite}`);
    fleet.supervisor.define({ ...spec, kernel: { path: kernel, version, modules, watchdog: abilities.watchdog } });
    const console = fleet.view(spec.id);
    await fleet.supervisor.act(spec.id, "start");
    await console.see(PROMPT);
    console.type("uname -r; modprobe dummy && grep -c ^dummy /proc/modules\r");
    await console.see(new RegExp(`${version.replaceAll(".", "\\.")}\\r\\n1\\r\\n`));
    await fleet.supervisor.act(spec.id, "shutdown");
    await fleet.state(spec.id, "stopped");
    expect(fleet.supervisor.status(spec.id).ending).toMatchObject({ kind: "shutdown" });
  });
});

it("names what a kernel lacks, in its loader's words, where it brought no libraries along", async () => {
  const newest = await suiteKernel("sid");
  const { lacking } = await hostLibraries(newest);
  if (lacking.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), "corral-bare-"));
  try {
    const bare = join(folder, "linux.uml");
    copyFileSync(newest, bare);
    await expect(probeKernelFile(bare)).rejects.toMatchObject({
      code: "impossible",
      message: expect.stringMatching(/GLIBC_2\.\d+' not found.*dpkg-deb -x/),
      details: [{ field: "path" }],
    });

    // A folder beside it will do, whatever its name is.
    mkdirSync(join(folder, "libraries"));
    const libraries = join(newest, "../../lib/x86_64-linux-gnu");
    for (const name of ["libc.so.6", "ld-linux-x86-64.so.2", "libgcc_s.so.1"]) {
      copyFileSync(join(libraries, name), join(folder, "libraries", name));
    }
    expect((await probeKernelFile(bare)).version).toMatch(/^\d/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
