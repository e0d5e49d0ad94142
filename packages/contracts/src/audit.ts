import { z } from "zod";
import { shownText, timestamp } from "./text.ts";

export const RETENTION_DAYS_MAXIMUM = 3650;
/** A year, unless an admin says otherwise. */
export const RETENTION_DAYS_DEFAULT = 365;

/** Where events are sent to. Only a page of the web, or with `internal` also a machine of one's own network. */
export const newWebhook = z.strictObject({
  url: z
    .string()
    .max(1000)
    .refine(
      (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
      "must be an address such as https://log.example/corral",
    )
    .refine(
      (text) => !URL.canParse(text) || new URL(text).username + new URL(text).password === "",
      "must have no password in it",
    ),
  internal: z.boolean().default(false).describe("It may be a machine of this network, and plain http"),
});

export const webhookState = z.object({
  url: z.string(),
  internal: z.boolean(),
  waiting: z.int().describe("Events that have not been taken yet"),
  skipped: z.int().describe("Events that were given up since this server started, because too many waited"),
  lastSuccessAt: timestamp.nullable(),
  failure: z
    .object({ at: timestamp, message: shownText, attempts: z.int(), nextAttemptAt: timestamp })
    .nullable()
    .describe("Why the last attempt failed; null: it did not"),
});
export type WebhookState = z.infer<typeof webhookState>;

export const auditSettings = z.object({
  retentionDays: z.int().min(1).max(RETENTION_DAYS_MAXIMUM).describe("Older events are deleted"),
  webhook: webhookState.nullable(),
});
export const auditChanges = z.strictObject({ retentionDays: auditSettings.shape.retentionDays });
export const createdWebhook = auditSettings.extend({
  secret: z.string().describe("Shown once. Each delivery is signed with it: docs/security.md, Audit"),
});
