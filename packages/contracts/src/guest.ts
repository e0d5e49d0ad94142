import { z } from "zod";
import { guestDebugger } from "./debugger.ts";
import { guestRight } from "./endpoint.ts";
import { guestDefinition } from "./guestDefinition.ts";
import { guestVitals } from "./guestVitals.ts";
import { id, shownText, timestamp } from "./text.ts";

export const guestState = z.enum(["stopped", "starting", "booting", "running", "paused", "stopping", "crashed"]);
export type GuestState = z.infer<typeof guestState>;

/** Why the last run of a guest ended: read from the kernel log's last lines, the exit status and what was asked. */
export const endingKind = z.enum([
  "shutdown",
  "forced-off",
  "powered-off",
  "rebooted",
  "panic",
  "boot-failed",
  "killed",
  "launch-failed",
  "lost",
]);
export type EndingKind = z.infer<typeof endingKind>;

export const ending = z.object({
  kind: endingKind,
  at: timestamp,
  message: shownText.describe("One sentence for a person: what happened"),
  remedy: shownText.nullable().describe("What to do next, where there is something to do"),
  exitCode: z.int().nullable(),
});
export type Ending = z.infer<typeof ending>;

export const guestLinkState = z.enum(["off", "silent", "coming", "up", "failed"]).meta({
  description:
    "off: the guest is off, or its definition has the link off; silent: nothing in the guest has said that it has a link program; coming: it has one, which does not answer yet; up: commands can be run; failed: it sent rubbish, or could not be brought back",
});
export type GuestLinkState = z.infer<typeof guestLinkState>;

export const guestConsole = z.object({
  name: shownText,
  attachable: z.boolean(),
  bytes: z.int().describe("Length of its log: the offset of the next byte"),
  viewers: z.int(),
  historyProblem: shownText.nullable().describe("Why what it prints is not being kept at the moment; null: it is kept"),
  unwrittenBytes: z
    .int()
    .describe("Of what it printed, bytes that could not be written yet: in memory alone, lost if the server is killed"),
  channel: shownText.describe("What it is connected to in this run, or will be: fd, pts, port:9000, pts,null"),
  note: shownText.nullable().describe("What to know of it, such as why nothing can be seen yet"),
});

/** Longest status line that a guest may set: what a row of the fleet table has room for. */
export const STATUS_LINE_MAXIMUM = 100;

/** What a guest says of itself: `echo status: 3 jobs left > /proc/mconsole`. Its own words, believed by nobody. */
export const statusLine = z.object({ text: shownText.max(STATUS_LINE_MAXIMUM), at: timestamp });
export type StatusLine = z.infer<typeof statusLine>;

/** What lists of guests, and of what is said of each guest, are sorted by. */
export const GUEST_SORTS = ["name", "state", "createdAt", "memoryMiB"] as const;

export const guest = z.object({
  id,
  definition: guestDefinition,
  revision: z.int().min(1).describe("Of the definition, which each change of it makes greater by one; also its ETag"),
  right: guestRight.describe("What whoever asks may do with it"),
  state: guestState,
  since: timestamp.describe("When it came into this state"),
  startedAt: timestamp.nullable().describe("When the running kernel was launched"),
  pid: z.int().nullable().describe("Process of the kernel on the host"),
  boots: z.int().describe("How many times it was launched"),
  bootRetries: z.int().describe("Boots that died before the root was mounted and were tried again by themselves"),
  warnings: z
    .array(shownText)
    .default([])
    .describe("What is defined and cannot work, in words; in the answer to making it also why it was not started"),
  restartNeeded: z.boolean().describe("Changed since it was started; the changes come with the next start"),
  link: guestLinkState,
  ending: ending.nullable().describe("How the last run ended"),
  progress: shownText.nullable().describe("What it is doing while it starts, boots or stops"),
  stopDeadline: timestamp.nullable().describe("When a shutdown that was asked for gives up and offers force"),
  statusLine: statusLine.nullable().describe("What this run of the guest last said of itself"),
  vitals: guestVitals,
  noWatchdog: shownText
    .nullable()
    .describe("Why nothing tells when its programs hang; null: what feeds its /dev/watchdog is watched"),
  debugger: guestDebugger.nullable().describe("Who has a debugger on its kernel"),
  consoles: z.array(guestConsole),
  createdAt: timestamp,
});
export type Guest = z.infer<typeof guest>;
