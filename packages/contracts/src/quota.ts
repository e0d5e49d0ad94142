import { z } from "zod";
import { DISK_MAXIMUM_MIB, MEMORY_MAXIMUM_MIB } from "./guestDefinition.ts";
import { TRANSPORTS } from "./networkInterface.ts";
import { idOrName, shownText } from "./text.ts";

/** Beyond it a limit limits nothing. */
const COUNT_MAXIMUM = 10_000;

const count = z.int().min(0).max(COUNT_MAXIMUM).nullable().default(null);
const names = z.array(idOrName).max(100).nullable().default(null);

/** Of what one user, or the members of one group together, may have at most. null: as much as they like. */
export const quota = z.strictObject({
  guests: count,
  runningGuests: count,
  memoryMiB: z
    .int()
    .min(0)
    .max(MEMORY_MAXIMUM_MIB * 100)
    .nullable()
    .default(null)
    .describe("Of all their guests together"),
  diskMiB: z
    .int()
    .min(0)
    .max(DISK_MAXIMUM_MIB * 100)
    .nullable()
    .default(null)
    .describe("As large as their disks can become, with those of guests that were deleted and can be brought back"),
  cpus: count.describe("Of guests that are on: a UML kernel has one"),
  images: names.describe("The only images they may use"),
  kernels: names.describe("The only kernels they may use"),
  networks: z
    .array(z.enum(TRANSPORTS))
    .max(TRANSPORTS.length)
    .nullable()
    .default(null)
    .describe("The only kinds of network interface they may use; an empty list: none"),
  templates: names.describe("The only templates they may use; then guests are made from templates alone"),
});
export type Quota = z.output<typeof quota>;

/** What is counted, and what each is called where people read it. */
export const COUNTED = {
  guests: "guests",
  runningGuests: "running guests",
  memoryMiB: "MiB of memory",
  diskMiB: "MiB of disk",
  cpus: "CPUs",
} as const;
export type Counted = keyof typeof COUNTED;
export const COUNTED_NAMES = Object.keys(COUNTED) as Counted[];

export const quotaUse = z.object({
  guests: z.int(),
  runningGuests: z.int(),
  memoryMiB: z.int(),
  diskMiB: z.int(),
  discardedDiskMiB: z.int().describe("Of that: of guests that were deleted and can be brought back"),
  cpus: z.int(),
});
export type QuotaUse = z.infer<typeof quotaUse>;

export const quotaState = z.object({
  use: quotaUse.describe("What is mine alone"),
  pools: z
    .array(z.object({ group: shownText.nullable(), limits: quota, use: quotaUse }))
    .describe("Every quota that counts for me: my own, and those that I share with a group. All of them hold."),
});
export type QuotaState = z.infer<typeof quotaState>;
