import { z } from "zod";
import { id, shownText, timestamp } from "./text.ts";

export const taskKind = z.enum(["build-demo-image", "build-debian-image", "register-image"]);
export type TaskKind = z.infer<typeof taskKind>;

export const task = z.object({
  id,
  kind: taskKind,
  title: shownText,
  state: z.enum(["running", "done", "failed", "cancelled"]),
  progress: z.number().min(0).max(1).nullable().describe("null: it cannot tell how far it is"),
  step: shownText.nullable().describe("What it is doing now"),
  actor: shownText,
  subject: shownText.nullable().describe("Name of what it makes"),
  error: shownText.nullable(),
  createdAt: timestamp,
  endedAt: timestamp.nullable(),
});
export type Task = z.infer<typeof task>;

export const taskOutput = z.object({
  text: shownText,
  from: z.int().describe("Offset of the first character; greater than asked for when the beginning was dropped"),
  next: z.int().describe("Offset to ask for next"),
});
