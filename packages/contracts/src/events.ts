import { z } from "zod";
import { callerWay } from "./people.ts";
import { inReadingOrder } from "./printable.ts";
import { idOrName, shownText, timestamp } from "./text.ts";

export const eventType = z.enum([
  "server.started",
  "server.stopped",
  "certificate.taken",
  "certificate.refused",
  "guest.created",
  "guest.changed",
  "guest.deleted",
  "guest.action",
  "guest.state",
  "guest.boot-retried",
  "guest.message",
  "guest.warning",
  "guest.exec",
  "guest.file-read",
  "guest.file-written",
  "console.changed",
  "guest.notified",
  "guest.mconsole",
  "stranger.mconsole",
  "stranger.opened",
  "stranger.cleaned",
  "guest.debugger-attached",
  "guest.debugger-detached",
  "console.attached",
  "console.detached",
  "console.taken",
  "console.shared",
  "console.recording",
  "console.link-created",
  "console.link-deleted",
  "console.log-lost",
  "image.created",
  "image.deleted",
  "kernel.registered",
  "kernel.deleted",
  "task.started",
  "task.progress",
  "task.ended",
  "user.created",
  "user.changed",
  "user.deleted",
  "user.password-changed",
  "user.viewed",
  "group.created",
  "group.changed",
  "group.deleted",
  "invite.created",
  "invite.deleted",
  "guest.shared",
  "guest.reset",
  "guest.discarded",
  "guest.restored",
  "user.second-factor",
  "template.created",
  "template.changed",
  "template.deleted",
  "session.opened",
  "session.closed",
  "session.refused",
  "token.created",
  "token.deleted",
  "key.created",
  "key.deleted",
  "ssh.changed",
  "call.refused",
  "audit.changed",
  "audit.pruned",
  "audit.lost",
  "webhook.failing",
  "name.replaced",
]);
export type EventType = z.infer<typeof eventType>;

export const eventResult = z.enum(["done", "refused", "failed"]);
export type EventResult = z.infer<typeof eventResult>;

/** The same as shownText for all text in it, however deep. */
const allInReadingOrder = (data: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(data), (_, value) => (typeof value === "string" ? inReadingOrder(value) : value));

export const event = z.object({
  seq: z.int().describe("Grows by one with each event, without gaps"),
  at: timestamp,
  type: eventType,
  actor: shownText.nullable().describe("Who did it; null: Corral or the guest itself"),
  by: callerWay.nullable().describe("The way they came; null: nobody came"),
  from: shownText.nullable().describe("Where they came from: an address, or the admin socket"),
  result: eventResult.describe("Whether what was asked for was done"),
  subject: shownText.nullable().describe("Id of the guest, image, task … it is about"),
  message: shownText,
  data: z.record(z.string(), z.unknown()).overwrite(allInReadingOrder),
});
export type CorralEvent = z.infer<typeof event>;

/** Which events are meant; what is left out narrows nothing. */
export const eventFilter = z.strictObject({
  guest: idOrName.optional(),
  actor: z.string().max(100).optional().describe("Who did it, by name"),
  by: callerWay.optional(),
  result: eventResult.optional(),
  type: z
    .string()
    .max(60)
    .regex(/^[a-z]+(\.[a-z-]+)?$/, "must be a type such as guest.created, or the part before its dot")
    .optional(),
  since: timestamp.optional().describe("Not before"),
  until: timestamp.optional().describe("Before"),
  q: z.string().max(200).optional().describe("Text in the message, the actor or where they came from"),
});
export type EventQuery = z.input<typeof eventFilter>;

/**
 * What comes over the live feed: the events of the audit log, and between them changes that are worth showing but not
 * keeping (a progress bar, a console's length). `reset` says that `since` is older than what is kept.
 */
export const feedFrame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("event"), event }),
  z.object({ type: z.literal("changed"), what: z.enum(["guest", "task", "image", "kernel"]), id: z.string() }),
  z.object({ type: z.literal("ready"), seq: z.int() }),
]);
export type FeedFrame = z.infer<typeof feedFrame>;
