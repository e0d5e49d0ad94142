import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const HOLD = `
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
connection.execute("COMMIT")
`;

/** Another process that holds a data folder's database, as a tool does that was left open, until it is told to let go. */
export class HeldDatabase {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async hold(home: string): Promise<HeldDatabase> {
    const child = spawn("python3", ["-c", HOLD, join(home, "corral.db")], { stdio: ["pipe", "pipe", "inherit"] });
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
    const [said] = await once(child.stdout as NodeJS.ReadableStream, "data");
    if (!String(said).startsWith("held")) throw new Error(`it says ${said}`);
    return new HeldDatabase(child);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  async letGo(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.stdin?.end();
    await ended;
  }
}
