import { auditChanges, auditSettings, createdWebhook, newWebhook } from "../audit.ts";
import { defineEndpoints } from "../endpoint.ts";

const access = { role: "admin", login: true } as const;

export const auditEndpoints = defineEndpoints({
  getAudit: {
    method: "GET",
    path: "/audit",
    summary: "How long events are kept, where they are sent to, and how that goes",
    tag: "activity",
    access,
    status: 200,
    response: auditSettings,
  },
  changeAudit: {
    method: "PATCH",
    path: "/audit",
    summary: "Change how long events are kept",
    tag: "activity",
    access,
    status: 200,
    body: auditChanges,
    response: auditSettings,
  },
  setWebhook: {
    method: "POST",
    path: "/audit/webhook",
    summary: "Send all events from now on to an address, signed",
    tag: "activity",
    access,
    status: 201,
    body: newWebhook,
    response: createdWebhook,
  },
  deleteWebhook: {
    method: "DELETE",
    path: "/audit/webhook",
    summary: "Send events nowhere any more",
    tag: "activity",
    access,
    status: 204,
  },
});
