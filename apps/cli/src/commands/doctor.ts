import type { HostCheck } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../exitCodes.ts";

export const doctor = defineCommand({
  name: "doctor",
  arguments: [],
  options: {},
  summary: "Show what the server found on its host, and how to mend what is wrong",
  details: "Without a server, npm run doctor checks this host itself.",
  run: async ({ connect, output }) => {
    const health = await connect().client.health({});
    const checks = health.checks ?? [];
    output.result(health, () => checks.map(inWords).join("\n"));
    return health.ok && checks.every(({ status }) => status !== "failure") ? EXIT.ok : EXIT.failure;
  },
});

const inWords = ({ status, title, found, meaning, remedy }: HostCheck): string =>
  [`${status.padEnd(8)} ${title}: ${found}`, ...[meaning, remedy].filter((line) => line !== null)].join("\n         ");
