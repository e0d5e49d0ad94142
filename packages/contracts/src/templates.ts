import { z } from "zod";
import { DISK_MAXIMUM_MIB, MEMORY_MAXIMUM_MIB, MEMORY_MINIMUM_MIB } from "./guestDefinition.ts";
import { id, idOrName, libraryName, line, name, newLibraryName, newName, timestamp } from "./text.ts";

export const SIZES_MAXIMUM = 10;

export const templateSize = z.strictObject({
  name,
  memoryMiB: z.int().min(MEMORY_MINIMUM_MIB).max(MEMORY_MAXIMUM_MIB),
  diskMiB: z.int().min(0).max(DISK_MAXIMUM_MIB).default(0).describe("Of an empty second disk; 0: there is none"),
});
export type TemplateSize = z.output<typeof templateSize>;

const templateFields = {
  name: libraryName,
  description: line(200),
  image: idOrName,
  kernel: idOrName.nullable().describe("null: the newest"),
  sizes: z
    .array(templateSize)
    .min(1)
    .max(SIZES_MAXIMUM)
    .refine(
      (sizes) => new Set(sizes.map((size) => size.name)).size === sizes.length,
      "must not name the same size twice",
    ),
};

/** A kind of guest that an admin offers. */
export const template = z.object({ id, ...templateFields, createdAt: timestamp });
export type Template = z.output<typeof template>;
export const newTemplate = z.strictObject({
  ...templateFields,
  name: newLibraryName,
  description: templateFields.description.default(""),
  kernel: templateFields.kernel.default(null),
});
export const templateChanges = z.strictObject(templateFields).partial();

export const guestFromTemplate = z.strictObject({
  name: newName,
  size: name,
  start: z.boolean().default(true).describe("Start it as soon as it exists"),
});
