import { CorralError } from "@corral/contracts";
import type { RunRequest, RunResult } from "./guestLink.ts";

export type RunCommand = (request: RunRequest) => Promise<RunResult>;

/** Room for what went wrong, in a sentence. */
const REASON_MAXIMUM = 200;

/** Runs a script of ours with arguments in the guest, and gives what it printed. Rejects with impossible if it fails. */
export const runShell = async (
  run: RunCommand,
  script: string,
  {
    timeoutMs,
    words = [],
    input = new Uint8Array(),
  }: { readonly timeoutMs: number; readonly words?: readonly string[]; readonly input?: Uint8Array },
): Promise<Buffer> => {
  const result = await run({ words: ["sh", "-c", script, "corral", ...words], input, timeoutMs });
  if (result.timedOut) {
    throw new CorralError("guest_silent", "The guest took too long. It may be very busy; try again in a moment.");
  }
  if (result.exitCode !== 0) {
    const said = result.stderr
      .toString()
      .replace(/[\p{C}]+/gu, " ")
      .trim()
      .slice(0, REASON_MAXIMUM);
    throw new CorralError("impossible", `The guest could not do that: ${said || `exit code ${result.exitCode}`}`);
  }
  return result.stdout;
};
