import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

/** A data folder of the running test's own, which goes when the test ends. */
export const temporaryHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), "corral-main-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
};

/** The server as a process of its own, with what it says. */
export class MainProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  out = "";
  err = "";

  /** `under`: a program and its arguments that start it in turn. */
  constructor(env: Record<string, string>, args: string[] = [], under: readonly string[] = []) {
    const command = [...under, process.execPath, "--import", "tsx", "--conditions=source", MAIN, ...args];
    this.child = spawn(command[0] as string, command.slice(1), {
      env: { ...process.env, CORRAL_PORT: "0", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.on("data", (chunk: Buffer) => {
      this.out += chunk;
    });
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.err += chunk;
    });
    this.ended = once(this.child, "close");
    onTestFinished(async () => {
      this.child.kill("SIGKILL");
      await this.ended;
    });
  }

  get openDescriptors(): number {
    return readdirSync(`/proc/${this.child.pid}/fd`).length;
  }

  async says(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.out)?.[0];
      if (found !== undefined) return found;
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.out}${this.err}`);
      await sleep(10);
    }
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    await this.ended;
    return this.child.exitCode;
  }
}
