import { CorralError } from "@corral/contracts";
import type { RunRequest, RunResult } from "./runRequest.ts";

/** Runs what Corral itself asks of a guest, in a lane that no person's command holds up. */
export type RunCommand = (request: Omit<RunRequest, "lane">) => Promise<RunResult>;

/** Room for what went wrong, in a sentence. */
const REASON_MAXIMUM = 200;

/**
 * Runs a script of ours with arguments in the guest, and gives all that it printed. Rejects with impossible if it fails, and
 * with guest_silent if its end or that of its output is not known: an answer is whole, or there is none.
 */
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
  if (result.incomplete || result.truncated) {
    throw new CorralError("guest_silent", "The guest's answer did not come whole. It may be very busy; try again.");
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
