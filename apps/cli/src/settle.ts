import {
  type Client,
  type Guest,
  type GuestAction,
  SETTLE_SECONDS_DEFAULT,
  SETTLE_SECONDS_MAXIMUM,
  settle as settled,
} from "@corral/contracts";
import { CommandError, EXIT } from "./exitCodes.ts";

export const secondsOf = (text: string | undefined): number => {
  if (text === undefined) return SETTLE_SECONDS_DEFAULT;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= SETTLE_SECONDS_MAXIMUM) return seconds;
  throw new CommandError(EXIT.usage, `--timeout must be a number of seconds, at most ${SETTLE_SECONDS_MAXIMUM}.`);
};

/** Waits until an action is done. Throws a CommandError when it fails, or is not done in time. */
export const settle = async (client: Client, action: GuestAction, before: Guest, seconds: number): Promise<Guest> => {
  const outcome = await settled(client, action, before, { seconds });
  if (outcome.isDone) return outcome.guest;
  throw new CommandError(EXIT.failure, outcome.words);
};
