import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, cpSync, mkdtempSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReadStream } from "node:tty";
import { KERNEL_PRELOAD } from "@corral/uml";
import { afterEach, expect, it } from "vitest";
import { openPty } from "../pty.ts";
import { demoImage, PROMPT } from "../testing/fleet.ts";

const KEYS = 10_000;
/**
 * How much longer than usual an answer may take. A kernel that misses a key answers at its next timer: some 30,000 times
 * as long (docs/uml.md, "Lost interrupts"). A busy host makes it some hundred times.
 */
const MISSED = 8_000;
const PATIENCE_MS = 40_000;

let guest: ChildProcess | undefined;
let folder = "";
afterEach(() => {
  // bwrap's group; its process 1 goes with it and takes the guest along.
  if (guest?.pid !== undefined) process.kill(-guest.pid, "SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

it("a kernel answers every key", { timeout: 180_000 }, async () => {
  folder = mkdtempSync(join(tmpdir(), "corral-keys-"));
  cpSync(await demoImage(), join(folder, "disk.img"));
  const pty = openPty(80, 24);
  const sandbox = ["--dev-bind", "/", "/", "--unshare-pid", "--proc", "/proc", "--die-with-parent"];
  const disk = [`ubd0=${join(folder, "disk.img")}`, "root=/dev/ubda", "rw", `uml_dir=${folder}`];
  const kernel = ["setarch", "-R", "linux.uml", "mem=64M", ...disk, "con=null", "ssl=null", "con0=fd:0,fd:1"];
  guest = spawn("bwrap", [...sandbox, ...kernel], {
    stdio: [pty.slave, pty.slave, pty.slave],
    detached: true,
    env: { ...process.env, LD_PRELOAD: KERNEL_PRELOAD },
  });
  closeSync(pty.slave);
  const console = new ReadStream(pty.master);
  console.on("error", () => {});
  let printed = "";
  console.on("data", (bytes: Buffer) => {
    printed += bytes.toString("latin1");
  });
  const prints = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(printed)) await once(console, "data", { signal: AbortSignal.timeout(PATIENCE_MS) });
    printed = "";
  };

  await prints(PROMPT);
  writeSync(pty.master, "stty -echo; echo re''ady; cat\r");
  await prints(/ready\r\n$/);
  const took: number[] = [];
  for (let key = 0; key < KEYS; key += 1) {
    const began = performance.now();
    writeSync(pty.master, `k${key}\n`);
    await prints(/\n$/);
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  expect((took.at(-1) ?? 0) / (took[KEYS / 2] ?? 1)).toBeLessThan(MISSED);
  console.destroy();
});
