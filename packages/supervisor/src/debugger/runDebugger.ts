import { writeFileSync } from "node:fs";
import { CorralError, type DebugRequest, type GuestDebugger } from "@corral/contracts";
import type { LaunchRecord } from "../guest/launchRecord.ts";
import { librariesOf } from "../sandbox/libraries.ts";
import { tracerOf, tracingStop } from "../sandbox/processes.ts";
import { KERNEL_INSIDE, SETPRIV } from "../sandbox/sandbox.ts";
import { systemCallFilter } from "../sandbox/systemCallFilter.ts";
import { type DebugListener, DebugSession } from "./debugSession.ts";
import { debugCommand, whyNoDebugger } from "./debugTools.ts";

/** How often it is looked at whether gdb holds the guest: what a person takes for at once. */
const HOLD_POLL_MS = 100;

export interface DebugOptions {
  readonly request: DebugRequest;
  /** Who asks, for others to see. */
  readonly user: string;
  /** User id that the guest runs as, when the server is root. */
  readonly uid: number | null;
  readonly guest: string;
  readonly listener: DebugListener;
}

interface RunDebuggerOptions {
  readonly record: () => LaunchRecord;
  /** Where the guest's `systemCallFilter` is. */
  readonly filter: string;
  /** `released`: the guest stood still until now. */
  readonly onChange: (released: boolean) => void;
}

/** The debugger on one run of a guest: at most one. */
export class RunDebugger {
  readonly #record: () => LaunchRecord;
  readonly #filter: string;
  readonly #onChange: (released: boolean) => void;
  #session: DebugSession | null = null;
  /** Claims the place while the session is being made. */
  #isStarting = false;
  /** Looks again and again whether gdb holds the kernel. */
  #watch: NodeJS.Timeout | null = null;
  #holds = false;

  constructor({ record, filter, onChange }: RunDebuggerOptions) {
    this.#record = record;
    this.#filter = filter;
    this.#onChange = onChange;
  }

  get view(): GuestDebugger | null {
    return this.#session === null ? null : { ...this.#session.view, holds: this.#holds };
  }

  /** In words, while the guest stands still under gdb; null while it runs. */
  get held(): string | null {
    return this.#holds ? `is held by a debugger (gdb of ${this.#session?.view.user}) and stands still` : null;
  }

  /** Rejects with CorralError: wrong_state, in_use, host_unfit. */
  async attach({ request, user, uid, guest, listener }: DebugOptions): Promise<DebugSession> {
    const { process, argv } = this.#record();
    if (process === null) throw new CorralError("wrong_state", `${guest} is only just being started. Try again.`);
    const unfit = whyNoDebugger(request.tool, uid !== null);
    if (unfit !== null) throw new CorralError("host_unfit", unfit);
    if (this.#isStarting || this.#session !== null) {
      const whose = this.view === null ? "" : ` (${this.view.tool} of ${this.view.user})`;
      throw new CorralError(
        "in_use",
        `${guest} has a debugger on it already${whose}: there can be one. Detach it first.`,
      );
    }
    const tracer = tracerOf(process.kernel.pid);
    if (tracer !== null) {
      throw new CorralError(
        "in_use",
        `The kernel of ${guest} is traced by process ${tracer} of the host, which somebody started by hand: there can be one. End that first.`,
      );
    }
    this.#isStarting = true;
    try {
      const { pid } = process.kernel;
      const { command, files, mounts } = await debugCommand(request, { pid, file: kernelFile(argv) });
      const filter = this.#filter;
      // A guest that an older server launched may have none.
      writeFileSync(filter, systemCallFilter(), { mode: 0o600 });
      const dropping = uid === null ? [] : await librariesOf(SETPRIV);
      const { cols, rows, tool } = request;
      const session = new DebugSession({
        ...{ tool, user, cols, rows },
        kernel: process.kernel,
        filter,
        sandbox: { command, files: [...files, ...dropping], mounts, uid },
        listener: {
          onOutput: listener.onOutput,
          onEnded: (reason) => {
            const released = this.#holds;
            this.#session = null;
            clearInterval(this.#watch ?? undefined);
            this.#holds = false;
            this.#onChange(released);
            listener.onEnded(reason);
          },
        },
      });
      this.#session = session;
      if (tool === "gdb") this.#watchKernel(pid);
      this.#onChange(false);
      return session;
    } finally {
      this.#isStarting = false;
    }
  }

  #watchKernel(pid: number): void {
    let before: string | null = null;
    this.#watch = setInterval(() => {
      const stop = tracingStop(pid);
      const holds = stop !== null && stop === before;
      before = stop;
      if (holds === this.#holds) return;
      this.#holds = holds;
      this.#onChange(!holds);
    }, HOLD_POLL_MS).unref();
  }

  /** Detaches it, whoever has it; the guest goes on. Resolves when it has ended. */
  async end(reason: string): Promise<void> {
    await this.#session?.end(reason);
  }
}

/** The file that it was launched with, whatever its definition names now. */
const kernelFile = (argv: readonly string[]): string => {
  const file = argv[argv.indexOf(KERNEL_INSIDE) - 1];
  if (file === undefined) throw new CorralError("wrong_state", "The guest was started by another version of Corral.");
  return file;
};
