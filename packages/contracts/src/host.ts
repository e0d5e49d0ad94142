import { z } from "zod";
import { shownText } from "./text.ts";

/** One thing that start-up and `corral doctor` look at, said in words a person can act on. */
export const hostCheck = z.object({
  id: z.string(),
  title: shownText,
  status: z.enum(["ok", "warning", "failure"]),
  found: shownText.describe("What is so"),
  meaning: shownText.nullable().describe("What follows from it; null when all is well"),
  remedy: shownText.nullable().describe("What to do about it"),
});
export type HostCheck = z.infer<typeof hostCheck>;

export const health = z.object({
  ok: z.boolean(),
  version: shownText.optional(),
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
