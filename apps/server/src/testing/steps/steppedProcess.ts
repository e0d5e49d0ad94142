import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

/** Descriptors of the program's: steps.c. */
const SAID_FD = 4;
const ANSWER_FD = 5;

/** What a program is about to do: a call that changes something, and where below the folder. */
export type Step = string;

interface SteppedOptions {
  /** A module that answers each message with one. */
  readonly module: URL;
  readonly words: readonly string[];
  /** Only what changes something below this folder is a step. */
  readonly below: string;
}

/**
 * A program that can be held before each of its steps: what a folder is like at that moment is what SIGKILL would leave
 * there, since all that was done before is done and nothing else is. So a program that is run once shows what a kill at
 * any of its steps leads to. Whoever starts one ends it.
 */
export class SteppedProcess {
  readonly #child: ChildProcess;
  readonly #library: string;
  #atStep: ((step: Step) => void) | null = null;

  private constructor(child: ChildProcess, library: string) {
    this.#child = child;
    this.#library = library;
    const pipes: readonly unknown[] = child.stdio;
    const said = pipes[SAID_FD] as Readable;
    const answer = pipes[ANSWER_FD] as Writable;
    let rest = "";
    said.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        this.#atStep?.(line);
        answer.write("g");
      }
    });
    answer.on("error", () => {});
  }

  static async start({ module, words, below }: SteppedOptions): Promise<SteppedProcess> {
    const library = mkdtempSync(join(tmpdir(), "corral-steps-"));
    const source = fileURLToPath(new URL("./steps.c", import.meta.url));
    execFileSync("cc", ["-O1", "-shared", "-fPIC", "-o", join(library, "steps.so"), source]);
    const child = fork(fileURLToPath(module), words, {
      execArgv: ["--conditions=source", "--import", import.meta.resolve("tsx")],
      stdio: ["ignore", "inherit", "inherit", "ipc", "pipe", "pipe"],
      env: { PATH: process.env.PATH, LD_PRELOAD: join(library, "steps.so"), STEPS_BELOW: below },
    });
    const started = new SteppedProcess(child, library);
    await once(child, "message");
    return started;
  }

  /** Sends a message and waits for its answer. `atStep` is called, and may take its time, before each step meanwhile. */
  async ask<T>(message: object, atStep: ((step: Step) => void) | null = null): Promise<T> {
    this.#atStep = atStep;
    this.#child.send(message);
    const [answer] = (await once(this.#child, "message")) as [T];
    this.#atStep = null;
    return answer;
  }

  async end(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
    rmSync(this.#library, { recursive: true, force: true });
  }
}
