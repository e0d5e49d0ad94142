import { readFileSync } from "node:fs";
import { type SshKey, table } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

const keys = defineCommand({
  name: "keys",
  arguments: [],
  options: {},
  summary: "List your ssh keys, which open the ssh door",
  run: async ({ connect, output }) => {
    const { items } = await connect().client.listKeys({});
    output.result(items, (list) => (list.length === 0 ? "No keys." : inTable(list)));
    return undefined;
  },
});

const add = defineCommand({
  name: "key add",
  arguments: ["<file>"],
  options: {
    label: { type: "string", value: "<text>", meaning: "what it is called; its comment, if you say nothing" },
  },
  summary: "Let a public key log you in by ssh",
  details: "Example: corral key add ~/.ssh/id_ed25519.pub (- for standard input)",
  run: async ({ args, options, connect, output }) => {
    const label = options.label === undefined ? {} : { label: options.label };
    const made = await connect().client.createKey({ body: { key: textOf(args.file).trim(), ...label } });
    output.result(made, (key) => inTable([key]));
    return undefined;
  },
});

const deleteKey = defineCommand({
  name: "key delete",
  arguments: ["<key>"],
  options: {},
  summary: "Forget an ssh key, by its id",
  run: async ({ args, connect, output }) => {
    await connect().client.deleteKey({ params: { id: args.key } });
    output.result({ deleted: args.key }, () => `The key ${args.key} is forgotten.`);
    return undefined;
  },
});

const textOf = (file: string): string => {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new CommandError(EXIT.usage, `${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
};

const inTable = (list: readonly SshKey[]): string =>
  table(
    ["ID", "LABEL", "TYPE", "FINGERPRINT", "LAST USED"],
    list.map(({ id, label, type, fingerprint, lastUsedAt }) => [id, label, type, fingerprint, lastUsedAt ?? "never"]),
  );

export const keyCommands = [keys, add, deleteKey] as const;
