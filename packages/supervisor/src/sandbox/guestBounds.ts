import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { limitProcesses } from "../syscalls.ts";
import { PROCESSES_MAXIMUM } from "./cgroup.ts";
import { childrenOf, isAlive } from "./processes.ts";

const BOUND_TERMINALS = fileURLToPath(new URL("../../dist/bound-terminals", import.meta.url));
/** A guest has at most 80 consoles, and each takes one when it is a pts or a port. */
const TERMINALS_MAXIMUM = 128;

/**
 * Bounds what one guest can take of what all processes of the host share and no namespace divides, whether or not the
 * host hands over control groups: processes and pseudo terminals. To be called when its processes are known, and again
 * when it is taken over, since older servers did not. What the host does not allow is left as it is. Never rejects.
 */
export const boundGuest = async (guest: {
  readonly init: ProcessIdentity;
  readonly kernel: ProcessIdentity;
}): Promise<void> => {
  boundProcesses(guest.kernel);
  await boundTerminals(guest.init);
};

/**
 * Counted for each user in each user namespace (Linux from 5.14 on). As root each guest has a user of its own, and its
 * sandbox the limit from the beginning; else it has a namespace, and the limit is set when that is there, since one from
 * before would count all guests together.
 */
const boundProcesses = (kernel: ProcessIdentity): void => {
  try {
    // The kernel first: what it starts from then on has the limit by itself.
    for (const pid of [kernel.pid, ...childrenOf(kernel.pid)]) {
      if (isAlive(kernel)) limitProcesses(pid, PROCESSES_MAXIMUM);
    }
  } catch {
    // It has just ended, or that is not allowed here.
  }
};

const boundTerminals = async (init: ProcessIdentity): Promise<void> => {
  let mounts: number | null = null;
  try {
    mounts = openSync(`/proc/${init.pid}/ns/mnt`, "r");
    if (!isAlive(init)) return;
    const program = spawn(BOUND_TERMINALS, [String(TERMINALS_MAXIMUM)], {
      stdio: ["ignore", "ignore", "ignore", mounts],
      cwd: "/",
      env: {},
    });
    await once(program, "exit");
  } catch {
    // As above.
  } finally {
    if (mounts !== null) closeSync(mounts);
  }
};
