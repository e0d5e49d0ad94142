import { setTimeout as sleep } from "node:timers/promises";
import type { SupervisedGuest } from "./supervisedGuest.ts";

/** Guests that have not shut down by then are forced off. */
const STOP_ALL_DEADLINE_MS = 20_000;
const STOP_ALL_POLL_MS = 100;

/** Shuts all of these guests down together, and forces off those that take too long. Resolves when all are off. */
export const stopAll = async (guests: readonly SupervisedGuest[]): Promise<void> => {
  const on = guests.filter((guest) => guest.isOn);
  await Promise.allSettled(on.map(askToStop));
  const deadline = Date.now() + STOP_ALL_DEADLINE_MS;
  while (on.some((guest) => guest.run !== null) && Date.now() < deadline) await sleep(STOP_ALL_POLL_MS);
  await Promise.allSettled(on.filter((guest) => guest.run !== null).map((guest) => guest.force("force-off")));
};

const askToStop = async (guest: SupervisedGuest): Promise<void> => {
  if (guest.state === "paused") await guest.resumeFromPause();
  if (guest.run === null) await guest.force("force-off");
  else await guest.askToEnd("shutdown");
};
