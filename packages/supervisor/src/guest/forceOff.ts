import { setTimeout as sleep } from "node:timers/promises";
import type { MconsoleClient } from "@corral/uml";
import { signal } from "../sandbox/processes.ts";
import type { LaunchRecord } from "./launchRecord.ts";

/* Rungs of the ladder that ends a guest: docs/uml.md, "How a guest ends". Each says how long it is waited for. */
const SYNC_MS = 300;
const HALT_MS = 1_000;
const TERMINATE_MS = 1_000;
const KILL_MS = 5_000;
/** The sandbox says its pids within some 20 ms of its start, or has ended. */
const IDENTIFY_MS = 5_000;

const SIGTERM = 15;
const SIGKILL = 9;

/** A run of a guest, as far as its end goes. */
export interface RunToEnd {
  readonly record: LaunchRecord;
  readonly mconsole: MconsoleClient;
  /** Settled when the processes of the run are known. */
  readonly identified: Promise<void>;
  readonly ended: Promise<void>;
}

/**
 * Ends a guest, whatever it does: asks its kernel to write its disks and to halt, then SIGTERM, then SIGKILL to the
 * first process of its pid namespace, which takes everything along. Never SIGKILL to the kernel alone
 * (docs/uml.md, "Never SIGKILL only the kernel"). Resolves when it has ended; rejects if even that did not help.
 */
export const forceOff = async (run: RunToEnd): Promise<void> => {
  if (!run.record.paused && (await halt(run))) return;
  // In the first milliseconds of a launch it is not known yet whom to signal.
  await Promise.race([run.identified, endsWithin(run, IDENTIFY_MS)]);
  const { process } = run.record;
  if (process !== null) {
    signal(process.kernel, SIGTERM);
    if (await endsWithin(run, TERMINATE_MS)) return;
    signal(process.init, SIGKILL);
  }
  if (await endsWithin(run, KILL_MS)) return;
  throw new Error(`process ${process?.init.pid} survived SIGKILL: it hangs in the host's kernel, most likely in I/O`);
};

const halt = async (run: RunToEnd): Promise<boolean> => {
  const quick = { timeoutMs: SYNC_MS };
  try {
    await run.mconsole.sysrq("s", quick);
    await run.mconsole.sysrq("u", quick);
    await endsWithin(run, SYNC_MS);
    await run.mconsole.halt({ timeoutMs: HALT_MS });
  } catch {
    // A guest that is busy, hung or not up yet does not answer: the next rung does not ask.
    return endsWithin(run, 0);
  }
  return endsWithin(run, HALT_MS);
};

const endsWithin = (run: RunToEnd, ms: number): Promise<boolean> =>
  Promise.race([run.ended.then(() => true), sleep(ms, false, { ref: false })]);
