import { z } from "zod";
import { discardedGuest } from "../discardedGuest.ts";
import { byId, defineEndpoints, seenAs } from "../endpoint.ts";
import { GUEST_SORTS, guest } from "../guest.ts";
import { guestCard } from "../guestCard.ts";
import { list } from "../list.ts";
import { quotaState } from "../quota.ts";
import { guestFromTemplate, newTemplate, template, templateChanges } from "../templates.ts";
import { idOrName } from "../text.ts";

export const portalEndpoints = defineEndpoints({
  getQuota: {
    method: "GET",
    path: "/quota",
    summary: "What I may have and what of it I have; an admin may ask for somebody else",
    tag: "portal",
    access: { role: "user" },
    status: 200,
    query: z.strictObject({ user: idOrName.optional() }),
    response: quotaState,
  },
  listCards: {
    method: "GET",
    path: "/cards",
    summary: "Of each guest that I may see: its address, and what happened to it last",
    tag: "portal",
    access: { role: "user", filtered: true },
    status: 200,
    ...list(guestCard, GUEST_SORTS, { more: { as: seenAs } }),
  },
  listTemplates: {
    method: "GET",
    path: "/templates",
    summary: "Kinds of guests that I may make",
    tag: "portal",
    access: { role: "user" },
    status: 200,
    ...list(template, ["name", "createdAt"]),
  },
  createTemplate: {
    method: "POST",
    path: "/templates",
    summary: "Offer a kind of guest",
    tag: "portal",
    access: { role: "admin" },
    status: 201,
    body: newTemplate,
    response: template,
  },
  changeTemplate: {
    method: "PATCH",
    path: "/templates/:id",
    summary: "Change what is offered; guests that were made from it stay as they are",
    tag: "portal",
    access: { role: "admin" },
    status: 200,
    params: byId,
    body: templateChanges,
    response: template,
  },
  deleteTemplate: {
    method: "DELETE",
    path: "/templates/:id",
    summary: "Offer it no longer; guests that were made from it stay",
    tag: "portal",
    access: { role: "admin" },
    status: 204,
    params: byId,
  },
  createFromTemplate: {
    method: "POST",
    path: "/templates/:id/guests",
    summary: "Make a guest from a template",
    tag: "portal",
    access: { role: "user" },
    status: 201,
    params: byId,
    body: guestFromTemplate,
    response: guest,
  },
  resetGuest: {
    method: "POST",
    path: "/guests/:id/reset",
    summary: "Throw away what a guest wrote over its images; it must be off",
    tag: "portal",
    access: { role: "user", guest: "manage" },
    status: 200,
    params: byId,
    response: guest,
  },
  listDiscarded: {
    method: "GET",
    path: "/discarded",
    summary: "Guests that were deleted and can still be brought back",
    tag: "portal",
    access: { role: "user" },
    status: 200,
    ...list(discardedGuest, ["discardedAt", "name", "owner", "diskMiB"], { more: { as: seenAs } }),
  },
  restoreGuest: {
    method: "POST",
    path: "/discarded/:id/restore",
    summary: "Bring a guest back that was deleted",
    tag: "portal",
    access: { role: "user" },
    status: 200,
    params: byId,
    response: guest,
  },
  deleteDiscarded: {
    method: "DELETE",
    path: "/discarded/:id",
    summary: "Delete a guest that was deleted for good now, with its disks and console logs",
    tag: "portal",
    access: { role: "user" },
    status: 204,
    params: byId,
  },
});
