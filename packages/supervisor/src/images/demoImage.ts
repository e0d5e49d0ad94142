import { execFile } from "node:child_process";
import { chmod, copyFile, cp, mkdir, readdir, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { CorralError } from "@corral/contracts";
import { GUEST_FILES, GUEST_PROGRAMS } from "./guestFiles.ts";
import type { BuiltImage, ImageBuild } from "./imageBuild.ts";
import { publishImage } from "./imageFile.ts";
import { copySmallSet } from "./kernelModules.ts";
import { runTool } from "./toolSandbox.ts";
import { inWorkFolder } from "./workFolder.ts";

export interface DemoImageRequest {
  /** Folders of the kernels' modules, each named for its kernel's release. A small set is copied in. */
  readonly modules: readonly string[];
}

/** Statically linked, so that it needs nothing else in the image: Debian's busybox-static. */
const BUSYBOX = "/bin/busybox";
/** Room for a small set of modules, and for what a person tries out. Sparse: about 7 MB without modules. */
const SIZE_MIB = 64;
const FOLDERS = [
  ...["bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin", "lib/modules", "etc", "var/log"],
  ...["dev", "proc", "sys", "run", "tmp", "root", "home", "mnt", "shares"],
];
/** Which are ours, or would be wrong in a guest's bin. */
const OWN_PROGRAMS = new Set(["busybox", "init", "poweroff", "reboot", "halt", "linuxrc"]);

const run = promisify(execFile);

/**
 * The built-in image: busybox, root without a password on every console, at a prompt within half a second of the
 * kernel's own boot. Takes well under a second, without network and without root.
 */
export const buildDemoImage = async (request: DemoImageRequest, build: ImageBuild): Promise<BuiltImage> =>
  inWorkFolder(build.workFolder, async (folder) => {
    build.onProgress(0, "collecting files");
    const tree = join(folder, "tree");
    await fillTree(tree, request);

    build.onProgress(0.5, "making the file system");
    const image = join(folder, "image");
    await writeFile(image, "");
    await truncate(image, SIZE_MIB * 1024 * 1024);
    await runTool({
      argv: ["mke2fs", "-q", "-F", "-t", "ext4", "-L", "corral-demo", ...FILE_SYSTEM, "-d", tree, image],
      workFolder: folder,
      signal: build.signal,
      onOutput: build.onOutput,
    });

    build.onProgress(0.8, "computing its checksum");
    const facts = await publishImage(image, build.file, build.signal);
    return {
      origin: { kind: "demo" },
      login: { user: "root", password: null, note: "root's shell starts by itself on every console." },
      facts,
    };
  });

/** Everything is initialized now, so that the guest's kernel does not do it behind its first boot. */
const FILE_SYSTEM = ["-E", "lazy_itable_init=0,lazy_journal_init=1,root_owner=0:0"];

const fillTree = async (tree: string, request: DemoImageRequest): Promise<void> => {
  for (const folder of FOLDERS) await mkdir(join(tree, folder), { recursive: true });

  const programs = await busyboxPrograms();
  await copyFile(BUSYBOX, join(tree, "bin/busybox"));
  for (const program of programs) await symlink("busybox", join(tree, "bin", program));

  await cp(join(GUEST_FILES, "demo"), tree, { recursive: true, verbatimSymlinks: true });
  await cp(GUEST_PROGRAMS, tree, { recursive: true });
  for (const [link, target] of LINKS) await symlink(target, join(tree, link));
  for (const folder of request.modules) await copySmallSet(folder, join(tree, "lib/modules"));

  await setModes(tree);
  for (const [path, mode] of Object.entries(SPECIAL_MODES)) await chmod(join(tree, path), mode);
};

/** What is written at boot lies in /run, so that a read-only root boots as well. */
const LINKS = [
  ["etc/inittab", "/run/inittab"],
  ["etc/hosts", "/run/hosts"],
  ["etc/mtab", "/proc/mounts"],
  ["var/run", "/run"],
] as const;

const SPECIAL_MODES = { root: 0o700, tmp: 0o1777, "etc/shadow": 0o600 };

/** The usual modes, whatever umask the server has or our files were checked out with. */
const setModes = async (folder: string): Promise<void> => {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await setModes(path);
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
};

const busyboxPrograms = async (): Promise<string[]> => {
  const { stdout } = await run(BUSYBOX, ["--list"]).catch(() => {
    throw new CorralError("host_unfit", `${BUSYBOX} does not run. Install it: apt-get install busybox-static`);
  });
  return stdout.split("\n").filter((program) => /^[a-z0-9[_.-]+$/.test(program) && !OWN_PROGRAMS.has(program));
};
