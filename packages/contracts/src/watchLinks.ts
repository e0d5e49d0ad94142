import { z } from "zod";
import { id, line, shownText, timestamp } from "./text.ts";

/** Links to one console that may be in people's hands at a time. */
export const WATCH_LINKS_MAXIMUM = 32;
const MINUTE_S = 60;
const DAY_S = 24 * 3600;

/** Whoever has such a link watches one console, without a login, until it expires or is taken back. */
export const watchLink = z.object({
  id,
  console: shownText,
  label: shownText,
  createdBy: shownText,
  createdAt: timestamp,
  expiresAt: timestamp,
  viewers: z.int().describe("How many watch by it now"),
});
export type WatchLink = z.infer<typeof watchLink>;

export const newWatchLink = z.strictObject({
  label: line(100).default("").describe("For whom, or what for: viewers of the console read it"),
  lifetimeS: z
    .int()
    .min(MINUTE_S, "must be at least a minute")
    .max(30 * DAY_S, "must be at most 30 days")
    .default(DAY_S)
    .describe("Seconds until it expires"),
});

export const createdWatchLink = watchLink.extend({
  url: shownText.describe(
    "Shown once; only its hash is kept. The secret stands after the #, which browsers send nobody",
  ),
});

const secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "is not a secret from a watch link");

/** The first frame of a socket that comes by a link; then it goes on as docs/console-protocol.md says. */
export const watchFrame = z.strictObject({ type: z.literal("watch"), secret });
export type WatchFrame = z.infer<typeof watchFrame>;

export const watchSecret = z.strictObject({ secret });

/** What a link leads to. */
export const watched = z.object({
  guest: shownText,
  console: shownText,
  expiresAt: timestamp,
});
export type Watched = z.infer<typeof watched>;
