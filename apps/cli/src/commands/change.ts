import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Guest, type GuestChanges, type GuestDefinition, guestChanges } from "@corral/contracts";
import { changeDefinition } from "../changeDefinition.ts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

const FIELDS = Object.keys(guestChanges.shape);

const set = defineCommand({
  name: "set",
  arguments: ["<guest>", "<field=value...>"],
  options: {
    "if-revision": { type: "string", value: "<number>", meaning: "only if its definition is at this revision" },
  },
  summary: "Change fields of a guest's definition",
  details: [
    `A value is JSON, or text. Fields: ${FIELDS.join(", ")}.`,
    `Example: corral set web1 memoryMiB=128 tags='["web"]'`,
  ].join("\n"),
  run: async ({ args, options, connect, output, surroundings }) => {
    const changes = Object.fromEntries(args["field=value"].map(parseField));
    const revision = revisionOf(options["if-revision"]);
    const changed = await changeDefinition(connect().client, { id: args.guest, changes, revision }, surroundings);
    output.result(changed, inWords(Object.keys(changes)));
    return undefined;
  },
});

const edit = defineCommand({
  name: "edit",
  arguments: ["<guest>"],
  options: {},
  summary: "Change a guest's definition in your editor ($VISUAL, $EDITOR, or vi)",
  run: async ({ args, connect, output, surroundings }) => {
    const { client } = connect();
    if (!surroundings.stdin.isTTY) {
      throw new CommandError(EXIT.usage, "edit needs a terminal. In a script: corral set <guest> field=value");
    }
    const { id, definition, revision } = await client.getGuest({ params: { id: args.guest } });
    const folder = mkdtempSync(join(tmpdir(), "corral-edit-"));
    const file = join(folder, `${definition.name}.json`);
    let keep = true;
    try {
      writeFileSync(file, `${JSON.stringify(definition, null, 2)}\n`, { mode: 0o600 });
      openEditor(file, surroundings.env);
      const changes = changesIn(file, definition);
      if (Object.keys(changes).length > 0) {
        const changed = await changeDefinition(client, { id, changes, revision }, surroundings);
        output.result(changed, inWords(Object.keys(changes)));
      } else surroundings.stderr.write("corral: nothing was changed.\n");
      keep = false;
    } finally {
      if (keep) surroundings.stderr.write(`corral: what you wrote is kept in ${file}\n`);
      else rmSync(folder, { recursive: true });
    }
    return undefined;
  },
});

const inWords =
  (fields: readonly string[]) =>
  ({ definition, restartNeeded, revision }: Guest): string =>
    `${fields.join(", ")} of ${definition.name} changed (revision ${revision}).${restartNeeded ? " It comes with the next start." : ""}`;

const parseField = (word: string): [string, unknown] => {
  const at = word.indexOf("=");
  const field = word.slice(0, Math.max(at, 0));
  const schema = Object.hasOwn(guestChanges.shape, field)
    ? guestChanges.shape[field as keyof typeof guestChanges.shape]
    : undefined;
  if (schema === undefined) {
    throw new CommandError(EXIT.usage, `"${word}" is no field=value. Fields: ${FIELDS.join(", ")}.`);
  }
  const text = word.slice(at + 1);
  // name=7 means the text. The server says what is wrong with what is neither.
  const [fitting] = [jsonOf(text), text].filter((value) => schema.safeParse(value).success);
  return [field, fitting ?? text];
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const revisionOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new CommandError(EXIT.usage, `--if-revision must be a number, such as 3, not "${text}".`);
};

/** Its arguments are split at blanks, as git and crontab do; there is no shell. */
const openEditor = (file: string, env: Readonly<Record<string, string | undefined>>): void => {
  const [program = "vi", ...args] = (env.VISUAL || env.EDITOR || "vi").split(/\s+/).filter(Boolean);
  const { error, status } = spawnSync(program, [...args, file], { stdio: "inherit" });
  if (error !== undefined) {
    throw new CommandError(EXIT.failure, `${program} cannot be run (${error.message}). Set EDITOR to your editor.`);
  }
  if (status !== 0) throw new CommandError(EXIT.failure, `${program} ended with ${status}: nothing was changed.`);
};

/** Fields that differ, so that what others change meanwhile stays. */
const changesIn = (file: string, before: GuestDefinition): GuestChanges => {
  const written = jsonOf(readFileSync(file, "utf8"));
  if (typeof written !== "object" || written === null || Array.isArray(written)) {
    throw new CommandError(EXIT.usage, "What you wrote is not one JSON object: nothing was changed.");
  }
  const known: Readonly<Record<string, unknown>> = { ...before };
  const differing = Object.entries(written).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(known[field]),
  );
  return Object.fromEntries(differing);
};

export const changeCommands = [set, edit] as const;
