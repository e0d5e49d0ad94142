import type { Client } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";
import { bytesOf, copyIn, copyOut, type Target } from "../guestFiles.ts";
import { fileTarget } from "../localFile.ts";

/** Stands for standard input, or output. */
const STANDARD = "-";

export const cp = defineCommand({
  name: "cp",
  arguments: ["<from>", "<to>"],
  options: {},
  summary: "Copy a file into a guest or out of it",
  details:
    "One of the two is in a guest: corral cp notes.txt web1:/root/, corral cp web1:/etc/passwd . A file that is there is " +
    "replaced once the new one is whole. - stands for standard input or output: corral cp web1:/etc/passwd - | wc -l.",
  run: async ({ args, connect, output, surroundings }) => {
    const [from, to] = [placeOf(args.from), placeOf(args.to)];
    if ((from.guest === null) === (to.guest === null)) {
      throw new CommandError(
        EXIT.usage,
        "One of the two, and only one, is in a guest: <guest>:/path. See: corral cp --help",
      );
    }
    if (to.guest !== null) {
      if (from.path === STANDARD && to.path.endsWith("/")) {
        throw new CommandError(EXIT.usage, "Standard input has no name. Name the file: corral cp - <guest>:/path/name");
      }
      const source = from.path === STANDARD ? { bytes: surroundings.stdin, mode: "644" } : await bytesOf(from.path);
      const copied = await copyIn(connect().client, source, { guest: to.guest, path: pathIn(to.path, from.path) });
      output.result(copied, inWords);
      return undefined;
    }
    if (from.guest === null) return undefined;
    const { client } = connect();
    if (to.path === STANDARD) {
      if (output.json) {
        throw new CommandError(EXIT.usage, "With --json the result is what is printed. Name a file in place of -.");
      }
      await outOf(client, from.guest, from.path, { write: (bytes) => output.bytes(bytes) });
      return undefined;
    }
    const file = await fileTarget(to.path, from.path);
    try {
      const bytes = await outOf(client, from.guest, from.path, file);
      await file.keep();
      output.result({ path: file.path, bytes }, inWords);
    } finally {
      await file.close();
    }
    return undefined;
  },
});

const outOf = (client: Client, guest: string, path: string, target: Target): Promise<number> =>
  copyOut(client, { guest, path }, target);

const inWords = ({ path, bytes }: { readonly path: string; readonly bytes: number }): string =>
  `${path}: ${bytes} bytes.`;

const pathIn = (to: string, from: string): string => (to.endsWith("/") ? to + from.split("/").at(-1) : to);

const placeOf = (text: string): { readonly guest: string | null; readonly path: string } => {
  const [, guest, path] = /^([a-z0-9][a-z0-9-]*):(\/.*)$/.exec(text) ?? [];
  return guest === undefined || path === undefined ? { guest: null, path: text } : { guest, path };
};
