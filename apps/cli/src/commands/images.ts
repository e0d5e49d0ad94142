import type { Image } from "@corral/contracts";
import { table } from "@corral/contracts";
import { mebibytes } from "../amounts.ts";
import { defineCommand } from "../command.ts";
import { listAll } from "../listAll.ts";

export const images = defineCommand({
  name: "images",
  arguments: [],
  options: {},
  summary: "List the images that disks are made from",
  run: async ({ connect, output }) => {
    const { client } = connect();
    const list = await listAll<Image>(client.listImages);
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
