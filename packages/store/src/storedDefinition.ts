import { definitionFields, disk, diskSource, guestDefinition, shownText } from "@corral/contracts";
import { z } from "zod";

const [, emptySource, fileSource] = diskSource.options;

/**
 * A definition as its row keeps it: without what has a column of its own (name), or is a link to another row (owner,
 * kernel, the image of each disk), so that a link is stored once and SQLite guards it.
 * A field that a later version adds gets its default here, since older rows lack it.
 */
export const storedDefinition = guestDefinition.omit({ name: true, owner: true, kernel: true }).extend({
  interfaces: definitionFields.interfaces.default([]),
  // Older versions took characters here that are refused now.
  description: shownText,
  notes: shownText,
  guestLink: definitionFields.guestLink.default(true),
  disks: z.array(
    disk.extend({
      source: z.discriminatedUnion("kind", [z.strictObject({ kind: z.literal("image") }), emptySource, fileSource]),
    }),
  ),
});
export type StoredDefinition = z.output<typeof storedDefinition>;
