import { execFileSync } from "node:child_process";
import { closeSync, readSync, write } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach } from "vitest";
import { Console, ConsoleLog } from "../index.ts";
import { openPty, sourceOf } from "./ptyPair.ts";
import { temporaryFolder } from "./temporaryFolder.ts";
import { until } from "./until.ts";

const consoles: Console[] = [];
const guests: SlaveEnd[] = [];

afterEach(() => {
  for (const guest of guests.splice(0)) guest.end();
  for (const console of consoles.splice(0)) console.dispose();
});

/** A console with an empty log; it is disposed of after the test. */
export const newConsole = (budgetBytes = 64 * 1024 * 1024): Console => {
  const log = ConsoleLog.open(join(temporaryFolder(), "con0"), { budgetBytes });
  const console = new Console({ log, name: "con0", cols: 80, rows: 24 });
  consoles.push(console);
  return console;
};

const writeInThread = promisify(write);

/** The slave end of a pty, where a test prints exactly what it wants: no guest can be told when to print which byte. */
export class SlaveEnd {
  readonly console: Console;
  readonly #slave: number;
  #closed = false;
  /** Whether the console has told of the end. */
  ended = false;

  private constructor(console: Console, slave: number) {
    this.console = console;
    this.#slave = slave;
  }

  static connect(console: Console): SlaveEnd {
    const { master, slave } = openPty();
    execFileSync("stty", ["raw", "-echo"], { stdio: [slave, "ignore", "inherit"] });
    const guest = new SlaveEnd(console, slave);
    console.connect(
      sourceOf(master, () => {
        guest.ended = true;
      }),
    );
    guests.push(guest);
    return guest;
  }

  /** Resolves when the console has logged it. */
  async print(output: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(output);
    const end = this.console.end + bytes.length;
    // In a thread of its own: a full pty blocks the one who writes, and the reader is in this thread.
    for (let at = 0; at < bytes.length; ) at += (await writeInThread(this.#slave, bytes, at)).bytesWritten;
    await until(() => this.console.end >= end);
  }

  /** What was typed, when so much of it has come: the kernel brings each piece by itself. */
  typed(length: number): string {
    const bytes = Buffer.alloc(65_536);
    let at = 0;
    while (at < length) at += readSync(this.#slave, bytes, at, bytes.length - at, null);
    return bytes.toString("utf8", 0, at);
  }

  windowSize(): string {
    return execFileSync("stty", ["size"], { stdio: [this.#slave, "pipe", "inherit"], encoding: "utf8" }).trim();
  }

  /** The guest is gone. Idempotent. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#slave);
  }
}
