import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, rmSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { openPty } from "../../packages/supervisor/src/pty.ts";
import { giveNiceness, type RecordedLaunch } from "./byHand.ts";

const READER = fileURLToPath(new URL("drain.py", import.meta.url));

/** The very guest that Corral runs, started by hand and drained by a plain reader: drain.py. */
export class PlainGuest {
  readonly #guest: ChildProcess;
  readonly #reader: ChildProcess;
  readonly #lines: Interface;
  readonly #gone: Promise<never>;

  private constructor(guest: ChildProcess, reader: ChildProcess) {
    this.#guest = guest;
    this.#reader = reader;
    this.#gone = once(reader, "exit").then(() => Promise.reject(new Error("the plain reader ended")));
    // It ends in the end; who waits for it by then is nobody.
    this.#gone.catch(() => {});
    this.#lines = createInterface({ input: reader.stdout as NodeJS.ReadableStream });
  }

  static async start(recorded: RecordedLaunch): Promise<PlainGuest> {
    rmSync(recorded.umlDir, { recursive: true, force: true });
    mkdirSync(recorded.umlDir, { mode: 0o700 });
    const pty = openPty(80, 24);
    // The guest link, at which nobody listens here.
    const link = openPty(80, 24);
    const status = openSync("/dev/null", "w");
    const kernelLog = openSync(recorded.kernelLog, "a");
    const filter = openSync(recorded.systemCallFilter, "r");
    const [program, ...argv] = recorded.argv;
    const guest = spawn(program as string, argv, {
      stdio: [pty.slave, pty.slave, pty.slave, status, kernelLog, pty.master, link.slave, link.master, filter],
      detached: true,
      env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" },
    });
    await giveNiceness(recorded);
    const reader = spawn("python3", [READER], { stdio: ["pipe", "pipe", "inherit", pty.master] });
    for (const fd of [pty.slave, pty.master, status, kernelLog, filter, link.slave, link.master]) closeSync(fd);
    const plain = new PlainGuest(guest, reader);
    await plain.#ask("prompt");
    return plain;
  }

  /** Seconds from typing the command to its END. */
  flood(command: string): Promise<number> {
    return this.#ask<number>(`flood ${command}`);
  }

  /** Milliseconds from each key to its echo. */
  keys(count: number): Promise<number[]> {
    return this.#ask<number[]>(`keys ${count}`);
  }

  async end(): Promise<void> {
    const ended = once(this.#guest, "exit");
    // The group of the chain: bwrap's first process takes the whole sandbox along.
    process.kill(-(this.#guest.pid as number), "SIGKILL");
    await ended;
    this.#reader.kill();
  }

  async #ask<T>(job: string): Promise<T> {
    this.#reader.stdin?.write(`${job}\n`);
    return JSON.parse((await Promise.race([once(this.#lines, "line"), this.#gone]))[0] as string) as T;
  }
}
