import { elapsed, table } from "@corral/contracts";
import { defineCommand } from "../command.ts";

export const boots = defineCommand({
  name: "boots",
  arguments: ["<guest>"],
  options: {},
  summary: "List a guest's newest boots: when, how each ended, what its consoles printed",
  details: "The output of one of them: corral log <guest> --boot <number>",
  run: async ({ args, connect, output }) => {
    const { items } = await connect().client.listBoots({ params: { id: args.guest } });
    output.result(items, () =>
      items.length === 0
        ? "It has not been started yet."
        : table(
            ["BOOT", "AGE", "ENDED", "BYTES"],
            items.map(({ boot, startedAt, running, ending, logs }) => [
              String(boot),
              elapsed(startedAt),
              running ? "running" : (ending?.message ?? "unknown"),
              logs.map(({ console, from, to }) => `${console} ${to - from}`).join(", "),
            ]),
          ),
    );
    return undefined;
  },
});
