import { z } from "zod";
import { guestRight } from "./endpoint.ts";
import { guestState } from "./guest.ts";
import { shownText, timestamp } from "./text.ts";
import { typingRules } from "./typing.ts";

/*
 * The console protocol, version 1: docs/console-protocol.md. Text frames are one of the JSON messages below, binary
 * frames are console bytes. Offsets count bytes from the first one the console ever printed.
 */

export const CONSOLE_PROTOCOL = 1;

/** Bytes that may be under way to a viewer unacknowledged; more than that and it gets a gap and a snapshot. */
export const VIEWER_WINDOW_BYTES = 512 * 1024;
/** A viewer acknowledges at least each time it has consumed so many bytes: a small part of the window. */
export const ACK_EVERY_BYTES = 32 * 1024;
/** Largest frame that the server takes from a viewer. A bigger paste is sent in pieces. */
export const CLIENT_FRAME_MAXIMUM_BYTES = 64 * 1024;
/** Bytes of input that a viewer should have under way: what the guest takes in a moment, and no more to drop at Ctrl-C. */
export const INPUT_WINDOW_BYTES = 16 * 1024;
/** Bytes of one line that a guest's terminal holds for a program that reads lines (drivers/tty/n_tty.c). */
export const LINE_MAXIMUM_BYTES = 4095;
/** A viewer that has not said attach after this long is closed. */
export const ATTACH_DEADLINE_MS = 10_000;
export const SCREEN_MAXIMUM_COLS = 500;
export const SCREEN_MAXIMUM_ROWS = 300;

const cols = z.int().min(2).max(SCREEN_MAXIMUM_COLS);
const rows = z.int().min(1).max(SCREEN_MAXIMUM_ROWS);
const offset = z.int().min(0);

/** writer: has the seat, and the window follows its own; cowriter: types too, into a shared console; spy: watches. */
export const viewerRole = z.enum(["writer", "cowriter", "spy"]);
export type ViewerRole = z.infer<typeof viewerRole>;
export const wantedRole = viewerRole.exclude(["cowriter"]);
export type WantedRole = z.infer<typeof wantedRole>;

export const viewerPresence = z.object({
  id: z.string(),
  user: shownText,
  from: shownText,
  role: viewerRole,
  since: timestamp,
});
export type ViewerPresence = z.infer<typeof viewerPresence>;

export const serverFrame = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("hello"),
    protocol: z.literal(CONSOLE_PROTOCOL),
    viewer: shownText,
    role: viewerRole,
    cols,
    rows,
    offset: offset.describe("Offset of the next binary byte, unless a snapshot comes first"),
    end: offset.describe("Offset of the next byte to be printed: bytes before it are history, bytes after it are live"),
    state: guestState,
    viewers: z.array(viewerPresence),
    rules: typingRules,
    right: guestRight.describe("What this viewer may do with the guest"),
    inputWindow: offset
      .optional()
      .describe("Bytes of input that a viewer should have under way, by the input frames; left out by older servers"),
    acknowledges: z.boolean().optional().describe("What is typed is acknowledged, as far as it came"),
  }),
  z.object({ type: z.literal("snapshot"), cols, rows, screen: z.string(), offset }),
  z.object({ type: z.literal("resize"), cols, rows }),
  z.object({ type: z.literal("viewers"), viewers: z.array(viewerPresence) }),
  z.object({ type: z.literal("role"), role: viewerRole, by: shownText.nullable() }),
  z.object({ type: z.literal("rules"), rules: typingRules }),
  z.object({ type: z.literal("state"), state: guestState, reason: shownText.nullable() }),
  z.object({ type: z.literal("boot"), boot: z.int(), offset, at: timestamp }),
  z.object({ type: z.literal("off"), offset: offset.describe("What printed here has ended; its modes go with it") }),
  z.object({ type: z.literal("gap"), from: offset, to: offset }),
  z.object({
    type: z.literal("input"),
    passed: offset.describe(
      "Bytes of this viewer's input, over this connection, that went to the guest or were dropped",
    ),
    waiting: offset.describe("Bytes of everybody's input that wait in the server"),
    full: z.boolean().describe("The guest takes nothing at the moment: its terminal is full, or it is busy"),
  }),
  z.object({
    type: z.literal("typed"),
    bytes: z.int().describe("So many came here since attach, whatever became of them"),
  }),
  z.object({ type: z.literal("warning"), message: shownText }),
]);
export type ServerFrame = z.infer<typeof serverFrame>;

export const clientFrame = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("attach"),
    since: offset.optional().describe("Send the bytes from here; left out: send a snapshot of the screen"),
    cols,
    rows,
    role: wantedRole.default("writer"),
  }),
  z.strictObject({ type: z.literal("resize"), cols, rows }),
  z.strictObject({ type: z.literal("ack"), offset: offset.describe("All bytes before this one were consumed") }),
  z.strictObject({ type: z.literal("take") }),
  z.strictObject({ type: z.literal("release") }),
  z.strictObject({
    type: z.literal("longLines"),
    allowed: z.boolean().describe("The program reads raw: send lines that are longer than a terminal holds"),
  }),
]);
export type ClientFrame = z.infer<typeof clientFrame>;

/** Close codes of the console socket, beside the standard ones. */
export const CLOSE = {
  badFrame: 4400,
  notLoggedIn: 4401,
  notAllowed: 4403,
  notFound: 4404,
  attachTimeout: 4408,
  guestDeleted: 4410,
  linkEnded: 4411,
  tooManyViewers: 4429,
  /** What was asked for is not done; the reason says why. */
  refused: 4409,
  serverClosing: 1001,
} as const;
