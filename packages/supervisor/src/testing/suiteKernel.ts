import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { aptMirror } from "../images/aptMirror.ts";

const run = promisify(execFile);
/** The kernel with its modules, and the libraries that it needs where the host's are older. */
const PACKAGES = ["user-mode-linux", "libc6", "libgcc-s1"];
const PATIENCE_MS = 120_000;

/**
 * The kernel of a Debian suite, unpacked from its packages beside its suite's C library, as an admin would: the file's
 * path. Downloaded by the host's apt once for all test files of a machine; nothing is installed.
 */
export const suiteKernel = async (suite: "bookworm" | "trixie" | "sid"): Promise<string> => {
  const shared = join(tmpdir(), `corral-kernels-${process.getuid?.()}`);
  const root = join(shared, suite);
  const kernel = join(root, "usr/bin/linux.uml");
  if (existsSync(kernel)) return kernel;
  mkdirSync(shared, { recursive: true });
  const work = mkdtempSync(join(shared, "work-"));
  try {
    await unpack(suite, work);
    renameSync(join(work, "root"), root);
  } catch (error) {
    // Another test file was quicker.
    if (!existsSync(kernel)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return kernel;
};

const unpack = async (suite: string, work: string): Promise<void> => {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const { main } = await aptMirror(signal);
  for (const folder of ["state/lists/partial", "cache/archives/partial", "packages"]) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  writeFileSync(join(work, "status"), "");
  writeFileSync(join(work, "sources.list"), `deb ${main} ${suite} main\n`);
  writeFileSync(
    join(work, "apt.conf"),
    [
      `Dir::State "${work}/state"; Dir::State::status "${work}/status"; Dir::Cache "${work}/cache";`,
      `Dir::Etc::sourcelist "${work}/sources.list"; Dir::Etc::sourceparts "/dev/null";`,
      'Acquire::Languages "none"; Acquire::Retries "3"; APT::Sandbox::User "";',
    ].join("\n"),
  );
  const options = { cwd: join(work, "packages"), env: { ...process.env, APT_CONFIG: join(work, "apt.conf") }, signal };
  await run("apt-get", ["-qq", "update"], options);
  await run("apt-get", ["-qq", "download", ...PACKAGES], options);
  for (const file of readdirSync(join(work, "packages"))) {
    await run("dpkg-deb", ["-x", join(work, "packages", file), join(work, "root")], options);
  }
};
