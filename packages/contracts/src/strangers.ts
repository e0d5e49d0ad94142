import { z } from "zod";
import { rawCommand } from "./mconsole.ts";
import { shownText, timestamp } from "./text.ts";

/* UML guests on this host that Corral did not start: docs/strangers.md. */

/** One process, or one left-over folder: whatever takes its place has another id. */
export const strangerId = z.string().regex(/^[gd][0-9a-f-]{3,40}$/, "must be the id of a stranger, from the list");

export const strangerConsole = z.object({
  name: shownText,
  channel: shownText.describe("As its kernel says it, such as pts:/dev/pts/4 or fd:0,fd:1"),
});

export const stranger = z.object({
  id: strangerId,
  kind: z.enum(["guest", "stale"]).meta({
    description: "guest: a kernel that runs; stale: a umid folder that one left behind when it ended",
  }),
  umid: shownText.nullable().describe("Null: it has no umid folder that could be found"),
  folder: shownText.nullable().describe("Its umid folder"),
  pid: z.int().nullable(),
  commandLine: shownText,
  program: shownText.nullable(),
  startedAt: timestamp.nullable(),
  residentBytes: z.int().nullable().describe("Of the kernel's process, which has the guest's memory"),
  version: shownText.nullable().describe("What its management console answered; null: it did not"),
  note: shownText.nullable().describe("Why it cannot be asked, or what is to be known of it"),
  consoles: z.array(strangerConsole).describe("Consoles that it has open to somewhere"),
});
export type Stranger = z.infer<typeof stranger>;

export const byStranger = z.strictObject({ id: strangerId });
export const strangerCommand = rawCommand;

export const byStrangerConsole = byStranger.extend({
  name: z.string().regex(/^(con|ssl)[0-9]{1,2}$/, "must be a console such as con0"),
});
export const strangerOpening = z.strictObject({
  confirm: z.boolean().default(false).describe("Open it though others have it open"),
});
