import { elapsed, table } from "@corral/contracts";
import { defineCommand } from "../command.ts";

/** Tasks pile up over the years; the newest are what is asked for. */
const NEWEST = 50;

export const tasks = defineCommand({
  name: "tasks",
  arguments: [],
  options: {},
  summary: `List long work such as image builds, the newest ${NEWEST}`,
  run: async ({ connect, output }) => {
    const { items } = await connect().client.listTasks({ query: { limit: NEWEST } });
    output.result(items, () =>
      items.length === 0
        ? "No tasks."
        : table(
            ["STATE", "PROGRESS", "AGE", "TITLE", "NOW"],
            items.map(({ state, progress, createdAt, title, step, error }) => [
              state,
              progress === null ? "" : `${Math.floor(progress * 100)} %`,
              elapsed(createdAt),
              title,
              error ?? step ?? "",
            ]),
          ),
    );
    return undefined;
  },
});
