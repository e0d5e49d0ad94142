import { z } from "zod";

/** One thing that start-up and `corral doctor` look at, said in words a person can act on. */
export const hostCheck = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(["ok", "warning", "failure"]),
  found: z.string().describe("What is so"),
  meaning: z.string().nullable().describe("What follows from it; null when all is well"),
  remedy: z.string().nullable().describe("What to do about it"),
});
export type HostCheck = z.infer<typeof hostCheck>;

export const health = z.object({
  ok: z.boolean(),
  version: z.string().optional(),
  checks: z.array(hostCheck).optional(),
  host: z
    .object({
      cpus: z.int(),
      memoryBytes: z.int(),
      memoryAvailableBytes: z.int(),
      diskFreeBytes: z.int(),
    })
    .optional(),
});
export type Health = z.infer<typeof health>;
