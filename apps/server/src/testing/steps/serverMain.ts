import { setTimeout as sleep } from "node:timers/promises";
import type { InjectOptions } from "fastify";
import { pino } from "pino";
import { startServer } from "../../server.ts";
import { testSettings } from "../testSettings.ts";
import { TestTools } from "../testTools.ts";

/* The other end of a SteppedProcess: a whole server, which carries out one request of its admin's after the other. */

export interface StepRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: InjectOptions["payload"];
}
export interface StepAnswer {
  readonly status: number;
  readonly body: string;
}

const home = process.argv[2] as string;
process.umask(0o077);
const log = pino({ level: "silent" });
const server = await startServer({ settings: testSettings(home), tools: new TestTools(), log, pageFolder: home });
const { store, tokens, tasks } = server.app.services;
const ada = store.users.insert({ name: "ada", role: "admin", passwordHash: "" });
const { secret } = tokens.create(ada, "test");
while (store.images.list().length === 0 || tasks.list().some(({ state }) => state === "running")) await sleep(10);

process.on("message", ({ method, path, body }: StepRequest) => {
  const headers = { authorization: `Bearer ${secret}`, host: new URL(server.address).host };
  const request = { method, url: `/api/v1${path}`, headers, ...(body === undefined ? {} : { payload: body }) };
  server.app.http.inject(request).then(
    (answer) => process.send?.({ status: answer.statusCode, body: answer.body } satisfies StepAnswer),
    (error: Error) => process.send?.({ status: 0, body: error.message } satisfies StepAnswer),
  );
});
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.send?.("ready");
