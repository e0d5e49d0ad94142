import { z } from "zod";
import { byId, defineEndpoints, seenAs } from "../endpoint.ts";
import { event, eventFilter } from "../events.ts";
import { list } from "../list.ts";
import { task, taskOutput } from "../tasks.ts";

export const activityEndpoints = defineEndpoints({
  listTasks: {
    method: "GET",
    path: "/tasks",
    summary: "Long work, newest first",
    tag: "activity",
    access: { role: "operator" },
    status: 200,
    ...list(task, ["createdAt", "title", "state", "kind"], { usual: "-createdAt", limit: 200 }),
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
    summary: "What happened, newest first, of which total counts 10,000 at most; over a WebSocket, live",
    tag: "activity",
    access: { role: "user", filtered: true },
    status: 200,
    ...list(event, ["seq"], {
      usual: "-seq",
      limit: 100,
      more: {
        ...eventFilter.shape,
        as: seenAs,
        before: z.coerce.number().int().min(1).optional().describe("Only events with a smaller number"),
      },
    }),
  },
  exportEvents: {
    method: "GET",
    path: "/events/export",
    summary: "All events that match, oldest first, one JSON a line",
    tag: "activity",
    access: { role: "user", filtered: true },
    status: 200,
    query: eventFilter,
    contentType: "application/x-ndjson",
    perMinute: 20,
  },
});
