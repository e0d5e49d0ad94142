import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PtyPair } from "./ptyPair.ts";

const IMAGE_BYTES = 16 * 1024 * 1024;
/** What the kernel needs on a processor with AMX (docs/uml.md, "Wide registers"); the build of packages/uml makes it. */
const KERNEL_PRELOAD = fileURLToPath(new URL("../../../uml/dist/preload.so", import.meta.url));
const INIT = `#!/bin/sh
mount -t proc proc /proc
mount -t tmpfs tmp /tmp
echo guest is up
while :; do setsid sh -c 'exec sh < /dev/tty0 > /dev/tty0 2>&1'; done
`;

/** An ext4 image with busybox and a shell on the console: made without root, in some 100 ms. */
export const makeImage = (folder: string): string => {
  const tree = join(folder, "tree");
  for (const name of ["bin", "dev", "proc", "tmp"]) mkdirSync(join(tree, name), { recursive: true });
  copyFileSync("/bin/busybox", join(tree, "bin/busybox"));
  for (const applet of execFileSync("/bin/busybox", ["--list"], { encoding: "utf8" }).trim().split("\n")) {
    if (applet !== "busybox") symlinkSync("busybox", join(tree, "bin", applet));
  }
  writeFileSync(join(tree, "init"), INIT, { mode: 0o755 });
  const image = join(folder, "root.img");
  execFileSync("/usr/sbin/mke2fs", ["-q", "-F", "-t", "ext4", "-d", tree, image, `${IMAGE_BYTES / 1024}k`], {
    stdio: "ignore",
  });
  return image;
};

/**
 * A real guest with con0 at the slave of a pty; kernel messages go there too. It has a pid namespace of its own, since
 * of a UML guest that is killed any other way something may go on running. End it with `endGroup`.
 */
export const bootGuest = (pty: PtyPair, image: string, folder: string): ChildProcess => {
  copyFileSync(image, join(folder, "disk.img"));
  const sandbox = ["--dev-bind", "/", "/", "--unshare-pid", "--proc", "/proc", "--die-with-parent"];
  const kernel = ["linux.uml", "mem=64M", `ubd0=${join(folder, "disk.img")}`, "root=/dev/ubda", "rw", "init=/init"];
  const channels = ["con0=fd:0,fd:0", "con=null", "ssl=null", "noreboot", `uml_dir=${folder}`, "umid=u"];
  const command = [...sandbox, "setarch", "-R", ...kernel, ...channels];
  return spawn("bwrap", command, {
    stdio: [pty.slave, pty.slave, pty.slave],
    detached: true,
    env: { ...process.env, LD_PRELOAD: KERNEL_PRELOAD },
  });
};
