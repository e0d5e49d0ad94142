import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findKernelFiles, probeKernelFile } from "../kernelFiles.ts";
import { hostLibraries } from "../sandbox/libraries.ts";
import { PROMPT, TestFleet, type Viewing } from "../testing/fleet.ts";
import { suiteKernel } from "../testing/suiteKernel.ts";

/** Downloading a suite's packages takes a while where the mirror is slow. */
const DOWNLOAD_PATIENCE_MS = 180_000;

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await TestFleet.open();
});
afterAll(() => fleet.end());

describe.each([
  ["bookworm", /^6\.1\./, true],
  ["trixie", /^6\.12\./, true],
  // Its console is deaf after a full terminal all the same: docs/uml.md, "A full terminal".
  ["sid", /^(7|8|9)\./, false],
] as const)("the kernel of Debian's %s, unpacked from its packages", (suite, release, listensAgain) => {
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

    if (listensAgain) await fillTerminal(console);

    await fleet.supervisor.act(spec.id, "shutdown");
    await fleet.state(spec.id, "stopped");
    expect(fleet.supervisor.status(spec.id).ending).toMatchObject({ kind: "shutdown" });
  });
});

const fillTerminal = async (console: Viewing): Promise<void> => {
  // A line that no terminal holds fills it (docs/uml.md, "A full terminal"): what is typed next must arrive.
  console.allowLongLines();
  console.type("cat > /tmp/line\r");
  await console.see(/cat > \/tmp\/line\r\n/);
  console.type(`${"x".repeat(10_000)}\r`);
  await console.see(/x{9000,}[^x]*\r\n/);
  console.type("next\r");
  await console.see(/x\r?\n?next\r\n|\nnext\r\n/);
  console.type("\u0004");
  console.type("echo lines:$(wc -l < /tmp/line)\r");
  await console.see(/\r\nlines:2\r\n/);
  // Nor may a program that is busy while whole lines wait.
  const lines = `${"y".repeat(59)}\n`.repeat(200);
  console.type("sleep 3; head -c 12000 | md5sum\r");
  await console.see(/md5sum\r\n/);
  console.type(lines);
  await console.see(new RegExp(createHash("md5").update(lines).digest("hex")));
  console.type("echo al''ive\r");
  await console.see(/\r\nalive\r\n/);
};

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
