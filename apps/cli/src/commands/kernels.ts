import { type Kernel, listAll, table } from "@corral/contracts";
import { defineCommand } from "../command.ts";

export const kernels = defineCommand({
  name: "kernels",
  arguments: [],
  options: {},
  summary: "List the kernels that guests can boot",
  run: async ({ connect, output }) => {
    const { client } = connect();
    const list = await listAll<Kernel>((query) => client.listKernels({ query }));
    output.result(list, () => (list.length === 0 ? "No kernels." : inTable(list)));
    return undefined;
  },
});

const inTable = (list: readonly Kernel[]): string =>
  table(
    ["NAME", "VERSION", "PATH", "USED BY", "PROBLEM"],
    list.map(({ name, version, path, usedBy, problem }) => [name, version, path, `${usedBy.length}`, problem ?? ""]),
  );
