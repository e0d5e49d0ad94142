import { z } from "zod";
import { defineEndpoints, listQuery, page } from "./endpoint.ts";
import { event } from "./events.ts";
import { guest } from "./guest.ts";
import { guestAction } from "./guestCan.ts";
import { consoleName, guestChanges, newGuest } from "./guestDefinition.ts";
import { health } from "./host.ts";
import { foundKernel, image, kernel, newDebianImage, newFileImage, newKernel } from "./library.ts";
import { createdToken, linkState, login, me, newToken, redeemLink, token } from "./people.ts";
import { task, taskOutput } from "./tasks.ts";
import { idOrName } from "./text.ts";

export const API_PREFIX = "/api/v1";

const byId = z.strictObject({ id: idOrName });
const guestList = listQuery.extend({
  sort: z
    .enum(["name", "-name", "state", "-state", "createdAt", "-createdAt", "memoryMiB", "-memoryMiB"])
    .default("name"),
});

/** Bytes of a console log that one request may read. */
export const LOG_READ_MAXIMUM_BYTES = 8 * 1024 * 1024;

export const endpoints = defineEndpoints({
  health: {
    method: "GET",
    path: "/health",
    summary: "Whether Corral works; with a login also its version and what it found on the host",
    tag: "host",
    access: { public: true },
    status: 200,
    response: health,
  },

  linkState: {
    method: "GET",
    path: "/session/link",
    summary: "Whether there is an admin yet, so that the page can ask the right thing",
    tag: "people",
    access: { public: true },
    status: 200,
    response: linkState,
  },
  redeemLink: {
    method: "POST",
    path: "/session/link",
    summary: "Log in with the one-time link; the first one creates the first admin",
    tag: "people",
    access: { public: true },
    status: 200,
    body: redeemLink,
    response: me,
    perMinute: 20,
  },
  logIn: {
    method: "POST",
    path: "/session",
    summary: "Log in with name and password",
    tag: "people",
    access: { public: true },
    status: 200,
    body: login,
    response: me,
    perMinute: 20,
  },
  logOut: {
    method: "DELETE",
    path: "/session",
    summary: "Log out",
    tag: "people",
    access: { role: "user" },
    status: 204,
  },
  me: {
    method: "GET",
    path: "/me",
    summary: "Who am I, and what may I do",
    tag: "people",
    access: { role: "user" },
    status: 200,
    response: me,
  },
  listTokens: {
    method: "GET",
    path: "/tokens",
    summary: "My API tokens",
    tag: "people",
    access: { role: "user" },
    status: 200,
    response: page(token),
  },
  createToken: {
    method: "POST",
    path: "/tokens",
    summary: "Make an API token with my rights",
    tag: "people",
    access: { role: "user" },
    status: 201,
    body: newToken,
    response: createdToken,
  },
  deleteToken: {
    method: "DELETE",
    path: "/tokens/:id",
    summary: "Make a token useless",
    tag: "people",
    access: { role: "user" },
    status: 204,
    params: byId,
  },
  createAdminLink: {
    method: "POST",
    path: "/admin-link",
    summary: "Make a new one-time login link",
    tag: "people",
    access: { role: "admin" },
    status: 201,
    response: z.object({ url: z.string(), expiresAt: z.iso.datetime() }),
  },

  listGuests: {
    method: "GET",
    path: "/guests",
    summary: "Guests that I may see",
    tag: "guests",
    access: { role: "user" },
    status: 200,
    query: guestList,
    response: page(guest),
  },
  createGuest: {
    method: "POST",
    path: "/guests",
    summary: "Create a guest",
    tag: "guests",
    access: { role: "user" },
    status: 201,
    body: newGuest,
    response: guest,
  },
  getGuest: {
    method: "GET",
    path: "/guests/:id",
    summary: "One guest",
    tag: "guests",
    access: { role: "user", guest: "watch" },
    status: 200,
    params: byId,
    response: guest,
  },
  changeGuest: {
    method: "PATCH",
    path: "/guests/:id",
    summary: "Change a guest's definition; a running guest takes it up at its next start",
    tag: "guests",
    access: { role: "user", guest: "manage" },
    status: 200,
    params: byId,
    body: guestChanges,
    response: guest,
  },
  deleteGuest: {
    method: "DELETE",
    path: "/guests/:id",
    summary: "Delete a guest with its disks and console logs",
    tag: "guests",
    access: { role: "user", guest: "manage" },
    status: 204,
    params: byId,
  },
  guestAction: {
    method: "POST",
    path: "/guests/:id/actions/:action",
    summary: "Start, shutdown, restart, pause, resume, force-off or force-restart",
    tag: "guests",
    access: { role: "user", guest: "use" },
    status: 202,
    params: z.strictObject({ id: idOrName, action: guestAction }),
    response: guest,
  },
  readConsoleLog: {
    method: "GET",
    path: "/guests/:id/consoles/:name/log",
    summary: "Bytes of a console's log; X-Corral-Offset says the offset of the first",
    tag: "consoles",
    access: { role: "user", guest: "watch" },
    status: 200,
    params: z.strictObject({ id: idOrName, name: z.union([consoleName, z.literal("kernel")]) }),
    query: z.strictObject({
      from: z.coerce.number().int().min(0).optional().describe("Default: the last bytes"),
      limit: z.coerce.number().int().min(1).max(LOG_READ_MAXIMUM_BYTES).default(65_536),
    }),
    contentType: "application/octet-stream",
  },

  listImages: {
    method: "GET",
    path: "/images",
    summary: "Images that guests' disks are made from",
    tag: "library",
    access: { role: "user" },
    status: 200,
    query: listQuery,
    response: page(image),
  },
  buildDemoImage: {
    method: "POST",
    path: "/images/demo",
    summary: "Build the built-in busybox image",
    tag: "library",
    access: { role: "admin" },
    status: 202,
    response: task,
  },
  buildDebianImage: {
    method: "POST",
    path: "/images/debian",
    summary: "Build a Debian image from the host's mirror",
    tag: "library",
    access: { role: "admin" },
    status: 202,
    body: newDebianImage,
    response: task,
  },
  registerImage: {
    method: "POST",
    path: "/images/file",
    summary: "Copy a raw disk image in and register it",
    tag: "library",
    access: { role: "admin" },
    status: 202,
    body: newFileImage,
    response: task,
  },
  deleteImage: {
    method: "DELETE",
    path: "/images/:id",
    summary: "Delete an image that no guest uses",
    tag: "library",
    access: { role: "admin" },
    status: 204,
    params: byId,
  },
  listKernels: {
    method: "GET",
    path: "/kernels",
    summary: "Kernels that guests can boot",
    tag: "library",
    access: { role: "user" },
    status: 200,
    query: listQuery,
    response: page(kernel),
  },
  findKernels: {
    method: "GET",
    path: "/kernels/found",
    summary: "UML kernels found on the host",
    tag: "library",
    access: { role: "admin" },
    status: 200,
    query: z.strictObject({ folder: z.string().max(1024).optional() }),
    response: z.object({ items: z.array(foundKernel) }),
  },
  registerKernel: {
    method: "POST",
    path: "/kernels",
    summary: "Probe a kernel and register it",
    tag: "library",
    access: { role: "admin" },
    status: 201,
    body: newKernel,
    response: kernel,
  },
  deleteKernel: {
    method: "DELETE",
    path: "/kernels/:id",
    summary: "Forget a kernel that no guest uses; its file stays",
    tag: "library",
    access: { role: "admin" },
    status: 204,
    params: byId,
  },

  listTasks: {
    method: "GET",
    path: "/tasks",
    summary: "Long work, newest first",
    tag: "activity",
    access: { role: "operator" },
    status: 200,
    query: listQuery,
    response: page(task),
  },
  getTask: {
    method: "GET",
    path: "/tasks/:id",
    summary: "One task",
    tag: "activity",
    access: { role: "operator" },
    status: 200,
    params: byId,
    response: task,
  },
  taskOutput: {
    method: "GET",
    path: "/tasks/:id/output",
    summary: "What a task printed",
    tag: "activity",
    access: { role: "operator" },
    status: 200,
    params: byId,
    query: z.strictObject({ since: z.coerce.number().int().min(0).default(0) }),
    response: taskOutput,
  },
  cancelTask: {
    method: "POST",
    path: "/tasks/:id/cancel",
    summary: "Cancel a running task",
    tag: "activity",
    access: { role: "admin" },
    status: 202,
    params: byId,
    response: task,
  },
  listEvents: {
    method: "GET",
    path: "/events",
    summary: "What happened, newest first; over a WebSocket, live",
    tag: "activity",
    access: { role: "user" },
    status: 200,
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      before: z.coerce.number().int().min(1).optional().describe("Only events with a smaller number"),
      guest: idOrName.optional(),
    }),
    response: z.object({ items: z.array(event) }),
  },
});

export type Endpoints = typeof endpoints;
export type EndpointName = keyof Endpoints;

/** Sockets, which OpenAPI cannot describe. */
export const sockets = {
  events: { path: "/events", access: { role: "user" } },
  attach: { path: "/guests/:id/consoles/:name/attach", access: { role: "user", guest: "watch" } },
} as const;
