import type { Client } from "./client.ts";
import type { Guest } from "./guest.ts";
import type { GuestAction } from "./guestCan.ts";

/** Longer than a large guest on a busy host takes to boot or to shut down. */
export const SETTLE_SECONDS_DEFAULT = 120;
export const SETTLE_SECONDS_MAXIMUM = 24 * 3600;
const POLL_MS = 200;
/**
 * A guest runs when its kernel has started userland. One of a newer image says at once whether it has a link program; of
 * any other that is only known when the program has begun, for which it gets so long, and thrice what its kernel took: on a
 * busy host everything takes longer.
 */
const LINK_PATIENCE_MS = 5_000;
const LINK_PATIENCE_BOOTS = 3;

/** What came of an action: `guest` as it is now, and in words why it is not done. */
export type Settled = { readonly guest: Guest } & (
  | { readonly isDone: true }
  | { readonly isDone: false; readonly words: string }
);

interface SettleOptions {
  readonly seconds: number;
  /** Nobody waits any more. */
  readonly signal?: AbortSignal;
}

const isOff = ({ state }: Guest): boolean => state === "stopped" || state === "crashed";
const hasBooted = (now: Guest, before: Guest): boolean => now.state === "running" && now.boots > before.boots;

/** Whether the action has come to its end, seen from the guest as it was before. */
const IS_DONE: Record<GuestAction, (now: Guest, before: Guest) => boolean> = {
  start: hasBooted,
  restart: hasBooted,
  "force-restart": hasBooted,
  shutdown: isOff,
  "force-off": isOff,
  "ctrl-alt-del": (now, before) => isOff(now) || now.boots > before.boots,
  pause: ({ state }) => state === "paused",
  resume: ({ state }) => state === "running",
};

/** Whether it can no longer come to its end: a shutdown that gave up, a guest that went off instead. */
const HAS_FAILED: Record<GuestAction, (now: Guest) => boolean> = {
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

const bootTimeOf = ({ startedAt, since }: Guest): number =>
  startedAt === null ? 0 : Math.max(0, Date.parse(since) - Date.parse(startedAt));

const BOOTS: readonly GuestAction[] = ["start", "restart", "force-restart"];

/**
 * Waits until `action`, which was asked for when the guest was as in `before`, is done, has failed, or takes too long.
 * A boot is done when commands can be run in the guest, or when one that does not say that it has a guest link has had time to
 * begin.
 */
export const settle = async (
  client: Client,
  action: GuestAction,
  before: Guest,
  { seconds, signal }: SettleOptions,
): Promise<Settled> => {
  const { name } = before.definition;
  const deadline = Date.now() + seconds * 1000;
  let linkDeadline: number | null = null;
  for (;;) {
    const guest = await client.getGuest({ params: { id: before.id } });
    const isDone = IS_DONE[action](guest, before);
    if (isDone) {
      linkDeadline ??= Math.min(deadline, Date.now() + LINK_PATIENCE_MS + LINK_PATIENCE_BOOTS * bootTimeOf(guest));
      const isSilent = guest.link === "silent" && Date.now() < linkDeadline;
      if (!BOOTS.includes(action) || !(isSilent || guest.link === "coming")) return { isDone: true, guest };
    }
    if (guest.since !== before.since && HAS_FAILED[action](guest)) {
      const why = guest.ending === null ? "" : ` ${guest.ending.message} ${guest.ending.remedy ?? ""}`.trimEnd();
      return { isDone: false, guest, words: `${action} failed: ${name} is ${guest.state}.${why}` };
    }
    if (Date.now() >= deadline || signal?.aborted === true) {
      const state = isDone ? `${guest.state}, and its guest link does not answer yet` : guest.state;
      const words = `${action} is not done after ${seconds} s: ${name} is ${state}. It goes on; only the waiting ended.`;
      return { isDone: false, guest, words };
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};
