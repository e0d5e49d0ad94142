import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { PtyReader, PtyWriter, writeNow } from "@corral/console";
import { CorralError, DEBUGGER_IDLE_MINUTES, type DebugTool, type GuestDebugger } from "@corral/contracts";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { openPty } from "../pty.ts";
import { childrenOf, identify } from "../sandbox/processes.ts";
import { setWindowSize } from "../syscalls.ts";
import { type DebugSandbox, debugSandboxCommand } from "./debugSandbox.ts";
import { closeNamespaces, openNamespaces } from "./guestNamespaces.ts";
import { dismissTracers, interrupt, letGo } from "./tracers.ts";

const LEFT_BREAKPOINTS =
  "It did not detach by itself and was killed: breakpoints that it had set are still in the guest's kernel, which may die of them.";
/** What a pty gives at one read at most. */
const READ_BYTES = 64 * 1024;
/** Programs of the chain are found here and nowhere else, whatever PATH the server was started with. */
const CHAIN_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
/** Descriptors of the child after its terminal. */
const PID_FD = 3;
const USER_FD = 4;
const INNER_USER_FD = 5;

export interface DebugListener {
  /** Called for each piece that the debugger printed. */
  readonly onOutput: (bytes: Uint8Array) => void;
  /** Called once, when it is detached and everything it printed was told. */
  readonly onEnded: (reason: string) => void;
}

export interface DebugStart {
  readonly tool: DebugTool;
  readonly user: string;
  readonly kernel: ProcessIdentity;
  readonly sandbox: Omit<DebugSandbox, "filterFd" | "pidFd" | "userFds">;
  /** A file with the guest's `systemCallFilter`. */
  readonly filter: string;
  readonly cols: number;
  readonly rows: number;
  readonly listener: DebugListener;
}

/** Nobody is told how far the input has come. */
const NOBODY = { passed: () => {}, dropped: () => {} };

/** A debugger on a guest's kernel, in a terminal of its own, until it ends or is ended. */
export class DebugSession {
  readonly view: Omit<GuestDebugger, "holds">;
  readonly #kernel: ProcessIdentity;
  readonly #listener: DebugListener;
  readonly #child: ChildProcess;
  readonly #master: number;
  readonly #reader: PtyReader;
  readonly #writer: PtyWriter;
  readonly #over: Promise<void>;
  #settleOver: () => void = () => {};
  #idle: NodeJS.Timeout;
  #reason: string | null = null;
  #hasHungUp = false;
  #isEnding = false;
  #isOver = false;

  /** Throws CorralError host_unfit, and has left nothing behind then. */
  constructor({ tool, user, kernel, sandbox, filter, cols, rows, listener }: DebugStart) {
    this.view = { tool, user, since: new Date().toISOString() };
    this.#kernel = kernel;
    this.#listener = listener;
    this.#over = new Promise((resolve) => {
      this.#settleOver = resolve;
    });
    const pty = openPty(cols, rows);
    this.#master = pty.master;
    try {
      this.#child = this.#spawn(sandbox, pty.slave, filter);
    } catch (error) {
      closeSync(pty.master);
      throw new CorralError("host_unfit", `${tool} was not started: ${(error as Error).message}.`);
    } finally {
      closeSync(pty.slave);
    }
    this.#child.on("error", (error) => void this.#ended(`${tool} could not be started: ${error.message}.`));
    this.#child.once("exit", () => void this.#ended(this.#reason ?? `${tool} has ended.`));
    this.#writer = new PtyWriter(
      { write: (bytes) => writeNow(this.#master, bytes), unread: () => null, dropUnread: () => {} },
      { full: () => {}, takesLongLines: async () => true },
    );
    this.#reader = new PtyReader(pty.master, Buffer.alloc(READ_BYTES), {
      keep: () => {},
      readsAPass: () => 1,
      pass: (chunk) => listener.onOutput(chunk),
      // The last holder of its terminal is gone, and the descriptor with it: its number may be another's from now on. That
      // it has ended is told when the process has.
      end: () => this.#hangUp(),
    });
    this.#idle = this.#untilIdle();
  }

  #spawn(sandbox: DebugStart["sandbox"], slave: number, filterFile: string): ChildProcess {
    const namespaces = openNamespaces(this.#kernel);
    let filter: number | null = null;
    try {
      filter = openSync(filterFile, "r");
      const { pid, user } = namespaces;
      const inner = user?.inner ?? null;
      const userFds = user === null ? null : { owner: USER_FD, inner: inner === null ? null : INNER_USER_FD };
      const handed = [pid, ...(user === null ? [] : [user.owner]), ...(inner === null ? [] : [inner]), filter];
      const filterFd = PID_FD + handed.length - 1;
      const [program, argv] = debugSandboxCommand({ ...sandbox, filterFd, pidFd: PID_FD, userFds });
      return spawn(program, argv, {
        stdio: [slave, slave, slave, ...handed],
        cwd: "/",
        env: { PATH: CHAIN_PATH },
      });
    } finally {
      closeNamespaces(namespaces);
      if (filter !== null) closeSync(filter);
    }
  }

  /** As if it were typed. */
  write(bytes: Uint8Array): void {
    if (this.#isEnding || this.#hasHungUp) return;
    this.#writer.write(bytes, NOBODY);
    clearTimeout(this.#idle);
    this.#idle = this.#untilIdle();
  }

  resize(cols: number, rows: number): void {
    if (!this.#isEnding && !this.#hasHungUp) setWindowSize(this.#master, cols, rows);
  }

  /** Detaches it; the guest goes on. Resolves when it has ended. Idempotent: the first reason is the one that is told. */
  async end(reason: string): Promise<void> {
    if (this.#isOver) return;
    this.#reason ??= reason;
    const debuggers = this.#debuggers();
    if (this.view.tool === "gdb") await interrupt(this.#kernel, debuggers);
    const killed = await dismissTracers(debuggers);
    if (killed) this.#reason = `${this.#reason} ${LEFT_BREAKPOINTS}`;
    // It may not have come as far as having anything below it.
    this.#child.kill("SIGKILL");
    await this.#over;
  }

  /** The debugger itself, below its sandbox. None where that cannot be told: then the sandbox is ended, and it let go of. */
  #debuggers(): ProcessIdentity[] {
    try {
      const below = this.#child.pid === undefined ? [] : childrenOf(this.#child.pid);
      return below.map(identify).filter((process) => process !== null);
    } catch {
      return [];
    }
  }

  #hangUp(): void {
    this.#hasHungUp = true;
    this.#writer.clear();
  }

  async #ended(reason: string): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    clearTimeout(this.#idle);
    this.#writer.clear();
    // Its outer process may have been killed alone.
    await letGo(this.#kernel);
    this.#reader.drain();
    this.#reader.close();
    this.#isOver = true;
    this.#settleOver();
    this.#listener.onEnded(reason);
  }

  #untilIdle(): NodeJS.Timeout {
    const minutes = DEBUGGER_IDLE_MINUTES;
    return setTimeout(() => void this.end(`Nobody typed for ${minutes} minutes.`), minutes * 60_000).unref();
  }
}
