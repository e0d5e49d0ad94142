import { CorralError } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import { authorOf, type Caller } from "../people/caller.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const auditRoutes = (api: FastifyInstance, { retention, webhook, events }: Services): void => {
  const settings = () => ({ retentionDays: retention.days, webhook: webhook.state });
  const tell = (caller: Caller, what: string): void => {
    events.append({ type: "audit.changed", ...authorOf(caller), message: `${caller.actor} ${what}` });
  };

  route(api, "getAudit", settings);

  route(api, "changeAudit", ({ body: { retentionDays }, caller }) => {
    tell(caller, `set how long events are kept from ${retention.days} to ${retentionDays} days`);
    retention.days = retentionDays;
    return settings();
  });

  route(api, "setWebhook", ({ body, caller }) => {
    const secret = webhook.set(body);
    // The path may hold a password.
    tell(caller, `set the webhook: events go to ${new URL(body.url).origin}`);
    return { ...settings(), secret };
  });

  route(api, "deleteWebhook", ({ caller }) => {
    if (!webhook.remove()) throw new CorralError("not_found", "There is no webhook.");
    tell(caller, "removed the webhook");
  });
};
