import type { FastifyInstance } from "fastify";
import { listPage } from "../listPage.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";
import { noSuchTask } from "../tasks/taskRunner.ts";

export const taskRoutes = (api: FastifyInstance, { tasks }: Services): void => {
  const existing = (id: string) => {
    const task = tasks.find(id);
    if (task === null) throw noSuchTask();
    return task;
  };

  route(api, "listTasks", ({ query }) => listPage(tasks.list(), query));
  route(api, "getTask", ({ params }) => existing(params.id));
  route(api, "taskOutput", ({ params, query }) => tasks.output(existing(params.id).id, query.since));
  route(api, "cancelTask", ({ params }) => tasks.cancel(params.id));
};
