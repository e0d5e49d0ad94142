import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ExecAnswer, GuestAction } from "@corral/contracts";
import type { GuestSpec, GuestStatus } from "../index.ts";

/** Waiting on real guests of a machine that may be busy: only ever reached by a failure. */
const PATIENCE_MS = 150_000;

export type Request =
  | { readonly define: readonly GuestSpec[] }
  | { readonly resume: true }
  | { readonly act: readonly [id: string, action: GuestAction] }
  | { readonly type: readonly [id: string, console: string, keys: string] }
  | { readonly exec: readonly [id: string, command: readonly string[]] }
  | { readonly gdb: readonly [id: string, keys: string] }
  | { readonly status: string }
  | { readonly log: readonly [id: string, console: string, from: number | undefined] };

export type Answer = { readonly ok: unknown } | { readonly error: string };

const NSENTER = "/usr/bin/nsenter";

/**
 * An ordinary user of the tests': root's processes in a user namespace in which root has another number, so that the
 * checkout can be read wherever it lies. Several servers in turn can be this user's.
 */
export class OrdinaryUser {
  readonly #holder: ChildProcess;

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  static async make(): Promise<OrdinaryUser> {
    const program = ["sh", "-c", "echo ready; exec sleep 600"];
    const holder = spawn("/usr/bin/unshare", ["--user", "--map-user=1000", "--map-group=1000", ...program]);
    await once(holder.stdout, "data");
    return new OrdinaryUser(holder);
  }

  /** What a command is to begin with, after nsenter. */
  get enter(): readonly string[] {
    return [`--user=/proc/${this.#holder.pid}/ns/user`, "--preserve-credentials", "--"];
  }
  end(): void {
    this.#holder.kill("SIGKILL");
  }
}

/** A supervisor in a process of its own, which can be killed as a server can. */
export class ServerProcess {
  readonly #child: ChildProcess;

  constructor(home: string, as: OrdinaryUser | null = null) {
    const node = ["--conditions=source", "--import", import.meta.resolve("tsx")];
    this.#child = fork(fileURLToPath(new URL("./serverProcessMain.ts", import.meta.url)), [home], {
      ...(as === null ? { execArgv: node } : { execPath: NSENTER, execArgv: [...as.enter, process.execPath, ...node] }),
      env: { PATH: process.env.PATH },
    });
  }

  async #ask(request: Request): Promise<unknown> {
    this.#child.send(request);
    const [answer] = (await once(this.#child, "message")) as [Answer];
    if ("error" in answer) throw new Error(answer.error);
    return answer.ok;
  }

  async resume(specs: readonly GuestSpec[]): Promise<{ readonly adopted: number }> {
    await this.#ask({ define: specs });
    return (await this.#ask({ resume: true })) as { adopted: number };
  }
  async act(id: string, action: GuestAction): Promise<void> {
    await this.#ask({ act: [id, action] });
  }
  /** Sends an action without waiting for what comes of it. */
  fire(id: string, action: GuestAction): void {
    this.#child.send({ act: [id, action] } satisfies Request);
  }
  async type(id: string, console: string, keys: string): Promise<void> {
    await this.#ask({ type: [id, console, keys] });
  }
  async exec(id: string, ...command: string[]): Promise<ExecAnswer> {
    return (await this.#ask({ exec: [id, command] })) as ExecAnswer;
  }
  /** Begins a command and waits for nothing. */
  fireExec(id: string, ...command: string[]): void {
    this.#child.send({ exec: [id, command] } satisfies Request);
  }
  /** Types into gdb on a guest's kernel. What it said until it ended. */
  async gdb(id: string, keys: string): Promise<string> {
    return (await this.#ask({ gdb: [id, keys] })) as string;
  }
  async status(id: string): Promise<GuestStatus> {
    return (await this.#ask({ status: id })) as GuestStatus;
  }

  /** What a console's log holds from an offset on; left out: its last part. */
  async log(id: string, from?: number, console = "con0"): Promise<string> {
    return (await this.#ask({ log: [id, console, from] })) as string;
  }
  /** Waits until the end of a console's log matches. */
  async see(id: string, pattern: RegExp, console = "con0"): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const log = await this.log(id, undefined, console);
      if (pattern.test(log)) return;
      if (Date.now() > deadline) throw new Error(`waited in vain for ${pattern}; the log ends: ${log.slice(-300)}`);
      await sleep(20);
    }
  }

  /** kill -9, as by an impatient administrator. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }
}
