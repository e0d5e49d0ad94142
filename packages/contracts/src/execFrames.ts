import { z } from "zod";
import { errorCode } from "./errors.ts";
import { execCommand } from "./guestInside.ts";
import { shownText } from "./text.ts";

/*
 * A command in a guest with its input and output as they come, over a WebSocket of its own: docs/guest-link.md. Text
 * frames are one of the JSON messages below. Binary frames to the server are input; those from it begin with a byte that
 * says which output it is.
 */

export const EXEC_STDOUT = 1;
export const EXEC_STDERR = 2;

/** Bytes that either side may send beyond what the other has said it took; the output's leading bytes do not count. */
export const EXEC_WINDOW_BYTES = 64 * 1024;
/** Each side says what it took at least each time it was so much: a small part of the window. */
export const EXEC_TAKEN_EVERY_BYTES = 16 * 1024;
/** Largest frame that either side sends. */
export const EXEC_FRAME_MAXIMUM_BYTES = 64 * 1024;
export const EXEC_STREAM_TIMEOUT_MAXIMUM_MS = 24 * 60 * 60 * 1000;
/** A caller that has not said what to run after this long is closed. */
export const EXEC_RUN_DEADLINE_MS = 10_000;

const taken = z.strictObject({
  type: z.literal("taken"),
  bytes: z.int().min(0).describe("Since the beginning, of both outputs together"),
});

export const execClientFrame = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("run"),
    command: execCommand,
    timeoutMs: z
      .int()
      .min(100)
      .max(EXEC_STREAM_TIMEOUT_MAXIMUM_MS)
      .nullable()
      .default(null)
      .describe("null: as long as it likes"),
    input: z.boolean().default(true).describe("false: it has none, and binary frames are refused"),
  }),
  z.strictObject({ type: z.literal("end") }).describe("The input ends here"),
  z.strictObject({ type: z.literal("kill") }).describe("Ends the command with all its children"),
  taken,
]);
export type ExecClientFrame = z.infer<typeof execClientFrame>;

export const execServerFrame = z.discriminatedUnion("type", [
  taken,
  z.strictObject({
    type: z.literal("exit"),
    exitCode: z.int().nullable().describe("128 and the signal's number; null: its end was not reported"),
    timedOut: z.boolean(),
    incomplete: z.boolean().default(false).describe("The end of its output was not seen: there may be more"),
  }),
  z.strictObject({ type: z.literal("error"), code: errorCode, message: shownText }),
]);
export type ExecServerFrame = z.infer<typeof execServerFrame>;
