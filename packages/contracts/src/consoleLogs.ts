import { z } from "zod";
import { ending } from "./guest.ts";
import { shownText, timestamp } from "./text.ts";

/** Bytes of a console log that one request may read. */
export const LOG_READ_MAXIMUM_BYTES = 8 * 1024 * 1024;
/** Bytes of a log whose marks one request may ask for. */
export const LOG_MARKS_MAXIMUM_BYTES = 1024 * 1024;
/** Marks in one answer: as many as a guest that drips a byte a second makes in an hour. */
export const LOG_MARKS_MAXIMUM = 4000;
/** Lines that one search finds at most; it can be asked to go on after the last. */
export const LOG_FOUND_MAXIMUM = 1000;

const offset = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Which part of a log: what is left out does not narrow it. */
export const logPart = {
  boot: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe("Only this boot, by its number"),
  since: timestamp.optional().describe("Only what was printed then or later"),
  until: timestamp.optional().describe("Only what was printed before"),
  from: offset.optional().describe("Only from this offset on"),
  to: offset.optional().describe("Only up to this offset, excluded"),
};
export const logPartSchema = z.strictObject(logPart);
export type LogPart = z.output<typeof logPartSchema>;

export const logFormat = z.enum(["raw", "text", "asciicast"]);
export type LogFormat = z.infer<typeof logFormat>;

/** One boot of a guest, and where its output is in each log. */
export const guestBoot = z.object({
  boot: z.int().describe("Number of the boot: the first one is 1"),
  startedAt: timestamp,
  ending: ending.nullable().describe("How it ended; null while it runs, and where it is not known any more"),
  running: z.boolean(),
  logs: z.array(
    z.object({
      console: shownText.describe("A console's name, or kernel"),
      from: z.int().describe("Offset of its first byte"),
      to: z.int().describe("Offset after its last byte"),
      keptBytes: z.int().describe("Bytes of it that are still kept"),
    }),
  ),
});
export type GuestBoot = z.infer<typeof guestBoot>;

/** What the index of a log knows beside the bytes. */
export const logMark = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("time"), offset: z.int(), at: timestamp }),
  z.object({ kind: z.literal("boot"), offset: z.int(), at: timestamp, boot: z.int() }),
  z.object({ kind: z.literal("size"), offset: z.int(), cols: z.int(), rows: z.int() }),
  z.object({ kind: z.literal("typing"), offset: z.int(), at: timestamp, user: shownText }),
]);
export type LogMark = z.infer<typeof logMark>;

/** A line of the answer of a search: as they are found, with the progress between them. */
export const logSearchLine = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("found"),
    offset: z.int().describe("Of the line's first byte"),
    next: z.int().describe("Of the next line"),
    at: timestamp.nullable().describe("When it was printed, or shortly before"),
    boot: z.int().nullable(),
    text: shownText.describe("The line without escape sequences; of a long one, what is around the found"),
    start: z.int().describe("Where in the text the found begins"),
    end: z.int(),
  }),
  z.object({ type: z.literal("progress"), searchedBytes: z.int(), ofBytes: z.int() }),
  z.object({
    type: z.literal("end"),
    found: z.int(),
    next: z.int().nullable().describe("There may be more: search on from this offset"),
  }),
  z.object({ type: z.literal("error"), code: shownText, message: shownText }),
]);
export type LogSearchLine = z.infer<typeof logSearchLine>;
export type FoundLine = Extract<LogSearchLine, { type: "found" }>;
