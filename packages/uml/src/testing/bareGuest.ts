import { execFile, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { type CommandLineSpec, kernelCommandLine } from "../commandLine.ts";
import type { ProcessExit } from "../ending.ts";
import { KERNEL_PRELOAD } from "../kernelPreload.ts";
import { mconsolePath } from "../umid.ts";

/*
 * For tests only: a busybox guest on a bare kernel, without sandbox. con0 is a socketpair, the kernel log a file.
 */

export const KERNEL = "/usr/bin/linux.uml";
const BUSYBOX = "/usr/bin/busybox";
const UMID = "t";
const BOOT_TRIES = 3;
/** A guest that has not come so far is stuck; on a busy machine a boot takes ten seconds. */
const PATIENCE_MS = 40_000;

const run = promisify(execFile);

/** A folder of the test's own, short enough for sockets in it. Remove it with rm. */
export const makeFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "uml-"));

/** A bootable ext4 file system of 16 MiB with busybox: a shell on tty0, and poweroff on Ctrl-Alt-Del. */
export const makeImage = async (folder: string): Promise<string> => {
  const tree = join(folder, "tree");
  for (const name of ["bin", "sbin", "etc", "dev", "proc", "sys", "tmp"])
    await mkdir(join(tree, name), { recursive: true });
  await run("cp", [BUSYBOX, join(tree, "bin/busybox")]);
  for (const applet of ["sh", "mount", "umount", "poweroff", "halt", "reboot", "sync", "cat", "sleep"]) {
    await symlink("busybox", join(tree, "bin", applet));
  }
  await symlink("../bin/busybox", join(tree, "sbin/init"));
  await writeFile(
    join(tree, "etc/inittab"),
    "::sysinit:/bin/mount -t proc proc /proc\n::sysinit:/bin/mount -o remount,rw /\n" +
      "tty0::respawn:-/bin/sh\n::ctrlaltdel:/bin/poweroff\n::shutdown:/bin/umount -a -r\n",
  );
  const image = join(folder, "root.img");
  await run("/usr/sbin/mke2fs", ["-q", "-F", "-t", "ext4", "-d", tree, image, "16M"]);
  await rm(tree, { recursive: true });
  return image;
};

export class BareGuest {
  readonly umlDir: string;
  readonly socketPath: string;
  readonly clientPath: string;
  readonly pid: number;
  readonly exit: Promise<ProcessExit>;
  readonly #console: Duplex;
  readonly #folder: string;
  #printed = "";
  #ended = false;

  private constructor(folder: string, spec: Partial<CommandLineSpec>) {
    this.#folder = folder;
    this.umlDir = join(folder, "u");
    this.socketPath = mconsolePath(this.umlDir, UMID);
    this.clientPath = join(folder, "c");
    const argv = kernelCommandLine({
      memoryMiB: 64,
      umid: UMID,
      umlDir: this.umlDir,
      root: "/dev/ubda",
      consoles: [
        { device: "con0", input: "fd:3" },
        { device: "ssl63", input: "null", output: "fd:4" },
      ],
      kernelConsoles: ["ttyS63", "tty0"],
      ...spec,
    });
    const log = openSync(join(folder, "kernel.log"), "a");
    const stdio = openSync(join(folder, "stdio"), "a");
    const child = spawn("setarch", ["-R", KERNEL, ...argv], {
      // A group of its own: a panicking kernel signals its group, and the group is what end() kills.
      detached: true,
      env: { PATH: process.env.PATH, LD_PRELOAD: KERNEL_PRELOAD },
      stdio: ["ignore", stdio, stdio, "pipe", log],
    });
    closeSync(log);
    closeSync(stdio);
    if (child.pid === undefined) throw new Error("setarch did not start");
    this.pid = child.pid;
    this.#console = child.stdio[3] as Duplex;
    this.#console.on("data", (bytes: Buffer) => (this.#printed += bytes.toString()));
    this.#console.on("error", () => {});
    this.exit = new Promise((resolve) =>
      child.on("exit", (exitCode, signal) => {
        this.#ended = true;
        resolve({ exitCode, signal });
      }),
    );
  }

  /** Starts a guest in `folder`; what earlier ones left there goes first. */
  static async start(folder: string, spec: Partial<CommandLineSpec>): Promise<BareGuest> {
    for (const left of ["u", "kernel.log", "stdio"]) await rm(join(folder, left), { recursive: true, force: true });
    await mkdir(join(folder, "u"));
    return new BareGuest(folder, spec);
  }

  /**
   * The same, with `image` as its root disk, and waits for its shell. A boot that dies before that is tried again, as a
   * supervisor does: about one in a hundred dies through no fault of its own (docs/uml.md, "Odd boots").
   */
  static async boot(folder: string, image: string, spec: Partial<CommandLineSpec> = {}): Promise<BareGuest> {
    for (let triesLeft = BOOT_TRIES - 1; ; triesLeft -= 1) {
      const guest = await BareGuest.start(folder, { disks: [{ ubd: 0, file: image }], ...spec });
      try {
        await guest.prints(" # ");
        return guest;
      } catch (error) {
        const died = guest.#ended;
        await guest.end();
        if (!died || triesLeft === 0) throw error;
      }
    }
  }

  get printed(): string {
    return this.#printed;
  }

  /** The kernel log, and what the kernel printed to its own stdout where it died before it had a console. */
  get kernelLog(): string {
    return readFileSync(join(this.#folder, "kernel.log"), "utf8") + readFileSync(join(this.#folder, "stdio"), "utf8");
  }

  type(line: string): void {
    this.#console.write(`${line}\n`);
  }

  async prints(text: string): Promise<void> {
    await this.#until(() => this.#printed.includes(text), `print ${JSON.stringify(text)}`);
  }

  async logs(text: string): Promise<void> {
    await this.#until(() => this.kernelLog.includes(text), `log ${JSON.stringify(text)}`);
  }

  /** Kills the whole group, never the kernel alone (docs/uml.md, "Never SIGKILL only the kernel"). Idempotent. */
  async end(): Promise<void> {
    if (!this.#ended) {
      try {
        process.kill(-this.pid, "SIGKILL");
      } catch {
        // It ended by itself a moment ago.
      }
    }
    await this.exit;
    this.#console.destroy();
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!condition()) {
      if (this.#ended || Date.now() > deadline) {
        throw new Error(`The guest did not ${what}. It printed:\n${this.#printed}\n${this.kernelLog}`);
      }
      await sleep(20);
    }
  }
}
