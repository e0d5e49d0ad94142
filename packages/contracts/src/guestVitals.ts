import { z } from "zod";
import { shownText, timestamp } from "./text.ts";

/* What is measured of a guest every few seconds, from inside and on the host: docs/vitals.md. */

/** Samples that are kept of each guest for a sparkline: five minutes at the usual pace. */
export const VITALS_HISTORY_MAXIMUM = 60;
/** How often each guest is sampled, and so how often it is of use to ask. */
export const VITALS_EVERY_MS = 5_000;

/** What the guest's kernel says of itself. Its root can make it say anything. */
export const insideVitals = z.object({
  at: timestamp.describe("When it said so"),
  uptimeSeconds: z.number(),
  load: z
    .tuple([z.number(), z.number(), z.number()])
    .describe("Mean number of runnable tasks over 1, 5 and 15 minutes"),
  memoryTotalBytes: z.int(),
  memoryUsedBytes: z.int().describe("All but what is free or could be freed at once"),
  tasks: z.int().describe("Processes and threads, the kernel's own among them"),
  kernel: shownText.describe("Release of the kernel that answers"),
});
export type InsideVitals = z.infer<typeof insideVitals>;

/** What the guest's processes cost the host. */
export const hostVitals = z.object({
  at: timestamp,
  cpuSeconds: z.number().describe("Processor time of all its processes since it was started"),
  cpuPercent: z.number().nullable().describe("Of one core, since the look before; null at the first look"),
  processor: z.int().describe("The processor of the host that its kernel ran on last"),
  residentBytes: z.int().describe("Memory of all its processes, what they share counted once"),
  sharedBytes: z.int().describe("The part of it that is mapped from files: the guest's own memory, and libraries"),
  processes: z.int().describe("Processes on the host"),
});
export type HostVitals = z.infer<typeof hostVitals>;

export const diskVitals = z.object({
  at: timestamp,
  disksBytes: z.int().describe("Space that its disks really take; images that it shares are not counted"),
  logsBytes: z.int().describe("Space that its console logs and its kernel log take"),
});
export type DiskVitals = z.infer<typeof diskVitals>;

export const guestVitals = z.object({
  pulse: z.enum(["off", "live", "paused", "silent"]).meta({
    description:
      "off: it is not running, or not that far yet; live: it answers; paused: it stands still, and what is shown is from before; silent: it did not answer the last time",
  }),
  inside: insideVitals.nullable().describe("Null before the first answer of this run"),
  host: hostVitals.nullable().describe("Null while it is off"),
  disk: diskVitals.nullable().describe("Null before the first look; at most once a minute"),
});
export type GuestVitals = z.infer<typeof guestVitals>;

export const NO_VITALS: GuestVitals = { pulse: "off", inside: null, host: null, disk: null };

/** One point of a sparkline; null: not known then. */
export const vitalsPoint = z.object({
  at: timestamp,
  load: z.number().nullable(),
  memoryUsedBytes: z.int().nullable(),
  cpuPercent: z.number().nullable(),
});
export type VitalsPoint = z.infer<typeof vitalsPoint>;
