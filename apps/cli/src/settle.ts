import { setTimeout as sleep } from "node:timers/promises";
import type { Client, Guest, GuestAction } from "@corral/contracts";
import { CommandError, EXIT } from "./exitCodes.ts";

/** Longer than a large guest on a busy host takes to boot or to shut down. */
export const DEFAULT_WAIT_SECONDS = 120;
const LONGEST_WAIT_SECONDS = 24 * 3600;
const POLL_MS = 200;

export const secondsOf = (text: string | undefined): number => {
  if (text === undefined) return DEFAULT_WAIT_SECONDS;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= LONGEST_WAIT_SECONDS) return seconds;
  throw new CommandError(EXIT.usage, `--timeout must be a number of seconds, at most ${LONGEST_WAIT_SECONDS}.`);
};

const isOff = ({ state }: Guest): boolean => state === "stopped" || state === "crashed";

/** Whether the action has come to its end, seen from the guest as it was before. */
const isDone: Record<GuestAction, (now: Guest, before: Guest) => boolean> = {
  start: (now, before) => now.state === "running" && now.boots > before.boots,
  restart: (now, before) => now.state === "running" && now.boots > before.boots,
  "force-restart": (now, before) => now.state === "running" && now.boots > before.boots,
  shutdown: isOff,
  "force-off": isOff,
  "ctrl-alt-del": (now, before) => isOff(now) || now.boots > before.boots,
  pause: ({ state }) => state === "paused",
  resume: ({ state }) => state === "running",
};

/** Whether it can no longer come to its end: a shutdown that gave up, a guest that went off instead. */
const hasFailed: Record<GuestAction, (now: Guest) => boolean> = {
  start: isOff,
  // On its way it is off for a moment, which is no failure.
  restart: ({ state }) => state === "crashed",
  "force-restart": ({ state }) => state === "crashed",
  shutdown: ({ state }) => state === "running" || state === "paused",
  "force-off": () => false,
  // What the guest makes of it is its own affair.
  "ctrl-alt-del": () => false,
  pause: isOff,
  resume: isOff,
};

/**
 * Waits until `action`, which was asked for when the guest was as in `before`, is done. Throws a CommandError when it
 * fails, or is not done in time.
 */
export const settle = async (client: Client, action: GuestAction, before: Guest, seconds: number): Promise<Guest> => {
  const { name } = before.definition;
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const now = await client.getGuest({ params: { id: before.id } });
    if (isDone[action](now, before)) return now;
    if (now.since !== before.since && hasFailed[action](now)) {
      const why = now.ending === null ? "" : ` ${now.ending.message} ${now.ending.remedy ?? ""}`.trimEnd();
      throw new CommandError(EXIT.failure, `${action} failed: ${name} is ${now.state}.${why}`);
    }
    if (Date.now() >= deadline) {
      throw new CommandError(
        EXIT.failure,
        `${action} is not done after ${seconds} s: ${name} is ${now.state}. It goes on; only the waiting ended.`,
      );
    }
    await sleep(POLL_MS);
  }
};
