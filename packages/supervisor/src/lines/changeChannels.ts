import { type ConsoleChannels, CorralError, isKept, parseChannel } from "@corral/contracts";
import { MconsoleError } from "@corral/uml";
import type { GuestConsoles } from "../guest/guestConsoles.ts";
import { linesOf } from "../guest/launchRecord.ts";
import type { RunningGuest } from "../guest/runningGuest.ts";
import { recoverConsole } from "../launch/adopt.ts";
import { dismiss } from "./keeper.ts";
import { needsPty } from "./lineEnds.ts";
import { umlChannels } from "./umlChannels.ts";

/** A removal while the guest hangs the console up took 2 s once (docs/uml.md, "mconsole protocol"). */
const ANSWER_MS = 5_000;

interface Change {
  readonly run: RunningGuest;
  readonly consoles: GuestConsoles;
  readonly name: string;
  readonly channels: ConsoleChannels;
  /** The guest's name, for what is said to a person. */
  readonly guest: string;
}

/** Whether these are the same consoles, each connected to the same. */
export const haveSameChannels = (
  some: readonly (ConsoleChannels & { readonly name: string })[],
  others: readonly (ConsoleChannels & { readonly name: string })[],
): boolean => {
  const inOrder = (lines: typeof some) => lines.map((line) => [line.name, line.channel, line.output ?? null]).sort();
  return JSON.stringify(inOrder(some)) === JSON.stringify(inOrder(others));
};

/**
 * Connects a console of a running guest to other channels by mconsole. Rejects with CorralError, and has changed nothing
 * then: the kernel refuses it while a program of the guest has the console open.
 */
export const changeChannels = async ({ run, consoles, name, channels, guest }: Change): Promise<void> => {
  refuseHostTerminals(channels);
  const pty = run.record.consoles.find((console) => console.name === name);
  const { input, output } = umlChannels({ name, ...channels }, { slave: pty?.slave });
  try {
    await run.mconsole.setConfig(name, output === undefined ? input : `${input},${output}`, { timeoutMs: ANSWER_MS });
  } catch (error) {
    throw refusal(error, name, guest);
  }
  run.lines.unfollow(name);
  consoles.disconnect(name);
  for (const keeper of linesOf(run.record).find((line) => line.name === name)?.keepers ?? []) dismiss(keeper);
  run.noteLine({ name, ...channels, keepers: [] });
  if (!isKept(channels)) return;
  consoles.keep([...consoles.all.map((console) => console.name), name]);
  run.connectConsole(name, needsPty(channels) ? (recoverConsole(run.record, name) ?? undefined) : undefined);
};

/** What a guest inherits, and what its sandbox has, it has from its start. */
const refuseHostTerminals = ({ channel, output = channel }: ConsoleChannels): void => {
  const kind = [channel, output].map((end) => parseChannel(end).kind).find((end) => end === "tty" || end === "xterm");
  if (kind === undefined) return;
  const message = `${kind} comes only with the guest's next start. Change the definition and restart it`;
  throw new CorralError("impossible", `channel: ${message}.`, [{ field: "channel", message }]);
};

const refusal = (error: unknown, name: string, guest: string): Error => {
  if (!(error instanceof MconsoleError)) return error as Error;
  if (error.code !== "refused") {
    return new CorralError(
      "guest_silent",
      `${name} was not changed: the management console of ${guest} says: ${error.message}`,
    );
  }
  const words = error.kernelText ?? error.message;
  if (words.includes("already open")) {
    return new CorralError(
      "wrong_state",
      `${name} was not changed: a program of ${guest}, such as a login prompt, has it open. End that program, or change the definition and restart the guest.`,
    );
  }
  return new CorralError("impossible", `channel: the kernel of ${guest} refused it: ${words.trim()}`, [
    { field: "channel", message: words.trim() },
  ]);
};
