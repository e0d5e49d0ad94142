import { CorralError } from "@corral/contracts";
import { MconsoleError } from "@corral/uml";
import type { RunningGuest } from "./runningGuest.ts";

export interface AskOptions {
  /** The command is meant to make the guest panic, and is never answered. */
  readonly mayPanic?: boolean;
  readonly timeoutMs?: number;
}

/** A panicking kernel does not answer; its process is gone within this time. */
const PANIC_MS = 2_000;

/** One command to a running guest. Rejects with a CorralError for everything that the client tells apart. */
export const askMconsole = async (
  run: RunningGuest | null,
  name: string,
  command: string,
  { mayPanic = false, timeoutMs }: AskOptions = {},
): Promise<string> => {
  if (run === null) {
    throw new CorralError("wrong_state", `${name} is off, so its management console cannot be asked. Start it first.`);
  }
  refuseHeld(run, name);
  const wait = mayPanic ? PANIC_MS : timeoutMs;
  try {
    return await run.mconsole.raw(command, { mayPanic, ...(wait === undefined ? {} : { timeoutMs: wait }) });
  } catch (error) {
    if (!(error instanceof MconsoleError)) throw error;
    if (mayPanic && ["closed", "silent"].includes(error.code)) return "";
    if (error.code === "silent") refuseHeld(run, name);
    throw asCorralError(error, name);
  }
};

/** Not to be taken for one that hangs. */
const refuseHeld = (run: RunningGuest, name: string): void => {
  const { held } = run.debugger;
  if (held !== null) {
    throw new CorralError(
      "wrong_state",
      `${name} ${held}: its management console does not answer. Continue or detach there first.`,
    );
  }
};

export const asCorralError = (error: MconsoleError, name: string): CorralError => {
  switch (error.code) {
    case "not-running":
      return new CorralError(
        "wrong_state",
        `${name} has no management console at the moment: it is not that far yet, or just ending. Try again in a moment.`,
      );
    case "closed":
      return new CorralError("wrong_state", `${name} ended while it was asked. Whether it still did so is not known.`);
    case "silent":
      return new CorralError("guest_silent", `${name}: ${error.message} If it stays so, look at its console.`);
    case "refused": {
      const words = error.kernelText || `error ${error.err}`;
      return new CorralError("guest_refused", error.message, [{ field: "kernel", message: words }]);
    }
    case "forbidden":
    case "too-long":
      return new CorralError("impossible", `command: ${error.message}`, [{ field: "command", message: error.message }]);
    case "too-much":
    case "malformed":
    case "not-a-socket":
      return new CorralError(
        "guest_garbled",
        `${name}: ${error.message} Something in the guest may have taken it over.`,
      );
    case "busy":
      return new CorralError("too_many_requests", `${name}: ${error.message} Wait a moment, then try again.`);
    case "aborted":
      return new CorralError("cancelled", error.message);
    case "failed":
      return new CorralError("host_unfit", error.message);
  }
};
