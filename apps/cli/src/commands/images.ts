import { type Image, listAll, table } from "@corral/contracts";
import { mebibytes } from "../amounts.ts";
import { defineCommand } from "../command.ts";

export const images = defineCommand({
  name: "images",
  arguments: [],
  options: {},
  summary: "List the images that disks are made from",
  run: async ({ connect, output }) => {
    const { client } = connect();
    const list = await listAll<Image>((query) => client.listImages({ query }));
    output.result(list, () => (list.length === 0 ? "No images." : inTable(list)));
    return undefined;
  },
});

const inTable = (list: readonly Image[]): string =>
  table(
    ["NAME", "ORIGIN", "SIZE", "ON DISK", "USED BY", "PROBLEM"],
    list.map(({ name, origin, sizeBytes, diskBytes, usedBy, problem }) => [
      name,
      origin.kind,
      mebibytes(sizeBytes),
      mebibytes(diskBytes),
      `${usedBy.length}`,
      problem ?? "",
    ]),
  );
