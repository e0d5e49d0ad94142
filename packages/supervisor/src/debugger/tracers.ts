import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { childrenOf, hasEnded, identify, signal, tracerOf, tracingStop } from "../sandbox/processes.ts";

const SIGINT = 2;
const SIGTERM = 15;
const SIGCONT = 18;
const SIGKILL = 9;
/** gdb takes out its breakpoints and detaches within some 50 ms; python in it may take no notice. */
const DETACH_MS = 3_000;
const DETACH_POLL_MS = 10;
/** gdb stops what runs under it within some ms. */
const INTERRUPT_MS = 1_000;
const RUNS = "runs";
/** A server that is out of descriptors has some again within a minute, or has other troubles. */
const LET_GO_TRIES = 60;
const LET_GO_AGAIN_MS = 1_000;

/**
 * Debuggers of ours on a guest: processes in the guest's own pid namespace that trace its kernel or its helpers. What the
 * kernel itself traces are the guest's programs.
 */
const tracersInside = (kernel: ProcessIdentity): ProcessIdentity[] => {
  const namespace = pidNamespace(kernel.pid);
  const tracers = new Set([kernel.pid, ...childrenOf(kernel.pid)].map(tracerOf));
  return [...tracers]
    .filter((pid) => pid !== null && pid !== kernel.pid && namespace !== null && pidNamespace(pid) === namespace)
    .map((pid) => identify(pid as number))
    .filter((tracer) => tracer !== null);
};

/**
 * Has gdb stop a kernel that runs under it, as Ctrl-C does. One that is told to end while the kernel meets a breakpoint may
 * leave it that trap, of which it panics; at its prompt it takes all out in order. Gives up after a while.
 */
export const interrupt = async (kernel: ProcessIdentity, debuggers: readonly ProcessIdentity[]): Promise<void> => {
  if (tracerOf(kernel.pid) === null) return;
  let before: string | null = null;
  for (const deadline = Date.now() + INTERRUPT_MS; Date.now() < deadline; await sleep(DETACH_POLL_MS)) {
    const stop = tracingStop(kernel.pid);
    if (stop !== null && stop === before) return;
    if (before === null) for (const each of debuggers) signal(each, SIGINT);
    before = stop ?? RUNS;
  }
};

/** Has these debuggers detach, so that the guest goes on. Resolves with whether one of them had to be killed. */
export const dismissTracers = async (tracers: readonly ProcessIdentity[]): Promise<boolean> => {
  for (const tracer of tracers) signal(tracer, SIGTERM);
  const deadline = Date.now() + DETACH_MS;
  while (!tracers.every(hasEnded) && Date.now() < deadline) await sleep(DETACH_POLL_MS);
  return tracers.filter((tracer) => signal(tracer, SIGKILL)).length > 0;
};

/**
 * Has whatever of ours traces this kernel let go of it, and the kernel go on. gdb that is ended while the guest runs under
 * it stops the kernel first, and sometimes leaves that SIGSTOP behind: without SIGCONT the guest would stand still for ever.
 * Tries again while it cannot be told who traces whom. Never rejects.
 */
export const letGo = async (kernel: ProcessIdentity): Promise<void> => {
  for (let tries = 0; tries < LET_GO_TRIES; tries += 1) {
    try {
      await dismissTracers(tracersInside(kernel));
      signal(kernel, SIGCONT);
      return;
    } catch {
      await sleep(LET_GO_AGAIN_MS, undefined, { ref: false });
    }
  }
};

const pidNamespace = (pid: number): number | null => {
  try {
    return statSync(`/proc/${pid}/ns/pid`).ino;
  } catch {
    return null;
  }
};
