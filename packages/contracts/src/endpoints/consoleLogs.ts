import { z } from "zod";
import { guestBoot, LOG_FOUND_MAXIMUM, logFormat, logMark, logPart } from "../consoleLogs.ts";
import { byId, defineEndpoints } from "../endpoint.ts";
import { consoleName } from "../guestDefinition.ts";
import { list } from "../list.ts";
import { idOrName } from "../text.ts";

const params = z.strictObject({ id: idOrName, name: z.union([consoleName, z.literal("kernel")]) });
const access = { role: "user", guest: "watch" } as const;
const flag = z.enum(["true", "false"]).default("false");

export const consoleLogsEndpoints = defineEndpoints({
  listBoots: {
    method: "GET",
    path: "/guests/:id/boots",
    summary: "The newest boots of a guest: when, how each ended, and where its output is in each log",
    tag: "consoles",
    access,
    status: 200,
    params: byId,
    ...list(guestBoot, ["boot", "startedAt"], { usual: "-boot", limit: 200 }),
  },
  downloadLog: {
    method: "GET",
    path: "/guests/:id/consoles/:name/log/download",
    summary: "A log, one boot or a range of it: as it was printed (Range is obeyed), as plain text, or as asciicast v2",
    tag: "consoles",
    access,
    status: 200,
    params,
    query: z.strictObject({ format: logFormat.default("raw"), ...logPart }),
    contentType: "application/octet-stream",
  },
  logIndex: {
    method: "GET",
    path: "/guests/:id/consoles/:name/log/index",
    summary: "Where a log begins and ends, and which stretches of it are kept",
    tag: "consoles",
    access,
    status: 200,
    params,
    response: z.object({
      start: z.int().describe("Offset of the oldest byte that is kept"),
      end: z.int().describe("Offset of the next byte to be printed"),
      kept: z
        .array(z.object({ from: z.int(), to: z.int() }))
        .describe("In order; between them nothing is kept any more"),
    }),
  },
  searchLog: {
    method: "GET",
    path: "/guests/:id/consoles/:name/log/search",
    summary:
      "Lines of a log in which something is found, one JSON a line, as they are found; closing it ends the search",
    tag: "consoles",
    access,
    status: 200,
    params,
    query: z.strictObject({
      q: z.string().min(1).max(500).describe("Text, or a regular expression of JavaScript"),
      regex: flag,
      matchCase: flag,
      limit: z.coerce.number().int().min(1).max(LOG_FOUND_MAXIMUM).default(LOG_FOUND_MAXIMUM),
      ...logPart,
    }),
    contentType: "application/x-ndjson",
  },
  logMarks: {
    method: "GET",
    path: "/guests/:id/consoles/:name/log/marks",
    summary: "Times, boots, window sizes and who typed in a range of a log of at most 1 MiB",
    tag: "consoles",
    access,
    status: 200,
    params,
    query: z.strictObject({ from: logPart.from.unwrap(), to: logPart.to.unwrap() }),
    response: z.object({
      items: z.array(logMark),
      before: logMark.nullable().describe("The last one with a time before the range: what its first bytes belong to"),
    }),
  },
});
