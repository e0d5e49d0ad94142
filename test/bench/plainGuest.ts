import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type ByHand, endByHand, giveNiceness, type RecordedLaunch, startByHand } from "./byHand.ts";

const READER = fileURLToPath(new URL("drain.py", import.meta.url));

/** The very guest that Corral runs, started by hand and drained by a plain reader: drain.py. */
export class PlainGuest {
  readonly #guest: ByHand;
  readonly #reader: ChildProcess;
  readonly #lines: Interface;
  readonly #gone: Promise<never>;

  private constructor(guest: ByHand, reader: ChildProcess) {
    this.#guest = guest;
    this.#reader = reader;
    this.#gone = once(reader, "exit").then(() => Promise.reject(new Error("the plain reader ended")));
    // It ends in the end; who waits for it by then is nobody.
    this.#gone.catch(() => {});
    this.#lines = createInterface({ input: reader.stdout as NodeJS.ReadableStream });
  }

  static async start(recorded: RecordedLaunch): Promise<PlainGuest> {
    const launched = startByHand(recorded);
    await giveNiceness(recorded);
    const reader = spawn("python3", [READER], { stdio: ["pipe", "pipe", "inherit", launched.master] });
    closeSync(launched.master);
    const plain = new PlainGuest(launched, reader);
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
    await endByHand(this.#guest);
    this.#reader.kill();
  }

  async #ask<T>(job: string): Promise<T> {
    this.#reader.stdin?.write(`${job}\n`);
    return JSON.parse((await Promise.race([once(this.#lines, "line"), this.#gone]))[0] as string) as T;
  }
}
