import { z } from "zod";
import { id, shownText } from "./text.ts";

/*
 * The herd's socket: thumbnails of many consoles over one WebSocket. The page says which guests are in view, the server
 * sends the lines that changed, about once a second.
 */

/** Guests that one page may have in view. More do not fit on any display. */
export const HERD_SHOWN_MAXIMUM = 256;

export const herdClientFrame = z.strictObject({
  type: z.literal("show"),
  guests: z.array(id).max(HERD_SHOWN_MAXIMUM).describe("All that are in view now; what was shown before is forgotten"),
});
export type HerdClientFrame = z.infer<typeof herdClientFrame>;

/** Colours of a run. Others are a number of the 256-colour palette, or HERD_RGB plus 24 bits. */
export const HERD_RGB = 0x1000000;
export const HERD_FOREGROUND = -1;
export const HERD_BACKGROUND = -2;

export const herdRun = z.union([
  z.tuple([z.string()]),
  z.tuple([z.string(), z.int()]),
  z.tuple([z.string(), z.int(), z.int()]),
]);
/** Letters side by side of one look: text, colour, colour behind it. */
export type HerdRun = z.infer<typeof herdRun>;

export const herdFrame = z.object({
  type: z.literal("screen"),
  guest: id,
  console: shownText,
  cols: z.int(),
  rows: z.int(),
  fresh: z.boolean().describe("Every line that is not in this frame is empty; otherwise it is as it was"),
  lines: z.array(z.tuple([z.int(), z.array(herdRun)])).describe("Row and runs of each line that changed"),
  cursor: z.tuple([z.int(), z.int()]).nullable(),
});
export type HerdFrame = z.infer<typeof herdFrame>;
