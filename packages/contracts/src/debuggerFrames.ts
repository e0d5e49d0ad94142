import { z } from "zod";
import { SCREEN_MAXIMUM_COLS, SCREEN_MAXIMUM_ROWS } from "./consoleFrames.ts";
import { straceTarget, syscallSet } from "./debugger.ts";
import { shownText } from "./text.ts";

/*
 * The debugger's socket. Text frames are one of the JSON messages below, binary frames are its terminal's bytes, both
 * ways. It is attached by the first frame, and detached when the socket closes.
 */

/** Bytes that may wait for a page that reads slowly. What comes beyond them is left out: the guest is not to wait. */
export const DEBUGGER_UNSENT_MAXIMUM_BYTES = 1024 * 1024;
const cols = z.int().min(2).max(SCREEN_MAXIMUM_COLS);
const rows = z.int().min(1).max(SCREEN_MAXIMUM_ROWS);

/** `confirm`: whoever asks knows that the guest stands still meanwhile. */
const confirm = z.literal(true, "must be true: the guest stands still, or is slowed down, while a debugger has it");

export const debugRequest = z.discriminatedUnion("tool", [
  z.strictObject({ type: z.literal("attach"), tool: z.literal("gdb"), confirm, cols, rows }),
  z.strictObject({
    type: z.literal("attach"),
    tool: z.literal("strace"),
    target: straceTarget,
    syscalls: syscallSet,
    confirm,
    cols,
    rows,
  }),
]);
export type DebugRequest = z.infer<typeof debugRequest>;

export const debuggerClientFrame = z.union([debugRequest, z.strictObject({ type: z.literal("resize"), cols, rows })]);
export type DebuggerClientFrame = z.infer<typeof debuggerClientFrame>;

export const debuggerServerFrame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("attached") }),
  z.object({
    type: z.literal("left-out"),
    bytes: z.int().describe("So many were left out here: this page reads too slowly"),
  }),
  z.object({ type: z.literal("ended"), reason: shownText }),
]);
export type DebuggerServerFrame = z.infer<typeof debuggerServerFrame>;
