import { z } from "zod";
import { id, name, shownText, timestamp } from "./text.ts";

/** How long a guest that was deleted can be brought back. */
export const DISCARD_HOURS = 24;

/** As many of one owner's are kept to be brought back: somebody who makes and deletes guests all day must not fill the host. */
export const DISCARDED_MAXIMUM = 200;

/** Stands after the name of such a guest where it still counts as a user of an image or a kernel. */
export const DISCARDED_SUFFIX = " (deleted)";

export const discardedGuest = z.object({
  id,
  name,
  owner: shownText,
  discardedAt: timestamp,
  until: timestamp.describe("When it is deleted for good"),
  diskMiB: z.int().describe("What it takes of its owner's disk quota until then"),
});
/** What whoever deletes a guest for good types, since nothing brings it back. */
export const confirmedName = (name: string) =>
  z.object({ name: z.string().refine((typed) => typed === name, `must be ${name}, the guest's name`) });

export type DiscardedGuest = z.infer<typeof discardedGuest>;
