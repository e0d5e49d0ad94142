import { readFileSync } from "node:fs";
import { type Client, type Guest, type NewGuestInput, restartPolicy } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";
import { secondsOf, settle } from "../settle.ts";

export const create = defineCommand({
  name: "create",
  arguments: ["<name>"],
  options: {
    image: { type: "string", short: "i", value: "<image>", meaning: "image that its first disk is made from" },
    memory: { type: "string", short: "m", value: "<MiB>", meaning: "memory" },
    kernel: { type: "string", short: "k", value: "<kernel>", meaning: "kernel; the newest if not given" },
    console: {
      type: "string",
      short: "c",
      value: "<name[=channel[,output]]>",
      multiple: true,
      meaning: "console, such as con0 or ssl0=fd; con0 if not given",
    },
    tag: { type: "string", short: "t", value: "<tag>", multiple: true, meaning: "tag" },
    description: { type: "string", short: "d", value: "<text>", meaning: "one line about it" },
    owner: { type: "string", value: "<user>", meaning: "owner; you if not given" },
    init: { type: "string", value: "<path>", meaning: "first program in the guest" },
    root: { type: "string", value: "<device>", meaning: "root device; /dev/ubda if not given" },
    argument: { type: "string", value: "<word>", multiple: true, meaning: "extra kernel argument (admins only)" },
    cpu: {
      type: "string",
      value: "<number>",
      multiple: true,
      meaning: "CPU of the host that it may run on; all if not given",
    },
    nice: { type: "string", value: "<0-19>", meaning: "niceness of its processes" },
    restart: {
      type: "string",
      value: "<policy>",
      meaning: `when to start it again by itself: ${restartPolicy.options.join(", ")}`,
    },
    autostart: { type: "boolean", meaning: "start it whenever the server starts" },
    from: {
      type: "string",
      short: "f",
      value: "<file>",
      meaning: "definition as JSON with the API's field names (- for standard input); options override it",
    },
    template: { type: "string", value: "<template>", meaning: "make it from what an admin offers; then give --size" },
    size: { type: "string", value: "<size>", meaning: "with --template: one of its sizes" },
    start: { type: "boolean", short: "s", meaning: "start it at once" },
    wait: { type: "boolean", short: "w", meaning: "with --start: wait until it runs" },
  },
  summary: "Create a guest",
  details: "Example: corral create web1 --image demo --memory 128 --start",
  run: async ({ args, options, connect, output }) => {
    if (options.template !== undefined || options.size !== undefined) {
      const guest = await createFromTemplate(connect().client, args.name, options);
      output.result(guest, ({ definition, state }) => `${definition.name} is created and ${state}.`);
      return undefined;
    }
    const body: Record<string, unknown> = {
      ...(options.from === undefined ? {} : readDefinition(options.from)),
      ...given({
        image: options.image,
        memoryMiB: numberOf("memory", options.memory),
        kernel: options.kernel,
        consoles: unlessEmpty(options.console.map(parseConsole)),
        tags: unlessEmpty(options.tag),
        description: options.description,
        owner: options.owner,
        init: options.init,
        rootDevice: options.root,
        kernelArguments: unlessEmpty(options.argument),
        cpus: unlessEmpty(options.cpu.map((cpu) => numberOf("cpu", cpu))),
        niceness: numberOf("nice", options.nice),
        restartPolicy: options.restart,
        autostart: options.autostart || undefined,
        start: options.start || undefined,
      }),
      name: args.name,
    };
    const { client } = connect();
    // The server checks every field, and says which is wrong and what is allowed.
    const created = await client.createGuest({ body: body as NewGuestInput });
    const wasRefused = options.start && created.state === "stopped";
    const guest =
      options.start && options.wait && !wasRefused
        ? await settle(client, "start", { ...created, boots: 0 }, secondsOf(undefined))
        : created;
    for (const warning of created.warnings) output.note(`corral: ${warning}`);
    output.result(guest, ({ definition, state }) => `${definition.name} is created and ${state}.`);
    return wasRefused ? EXIT.refused : undefined;
  },
});

interface FromTemplate {
  readonly template: string | undefined;
  readonly size: string | undefined;
  readonly start: boolean;
  readonly wait: boolean;
}

/** A template leaves nothing to choose but the size. */
const createFromTemplate = async (client: Client, name: string, options: FromTemplate): Promise<Guest> => {
  const { template, size, start, wait, ...others } = options;
  const foreign = Object.entries(others).find(([, value]) => (Array.isArray(value) ? value.length > 0 : value));
  if (foreign !== undefined) throw new CommandError(EXIT.usage, `--${foreign[0]} does not go with --template.`);
  if (template === undefined) throw new CommandError(EXIT.usage, "--size needs --template.");
  if (size === undefined) throw new CommandError(EXIT.usage, "--size is missing. corral templates lists the sizes.");
  const created = await client.createFromTemplate({ params: { id: template }, body: { name, size, start } });
  return start && wait ? settle(client, "start", { ...created, boots: 0 }, secondsOf(undefined)) : created;
};

const given = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const unlessEmpty = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);

const numberOf = (option: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new CommandError(EXIT.usage, `--${option} must be a whole number, not "${text}".`);
};

const parseConsole = (text: string): unknown => {
  const [name, channels] = text.split("=", 2);
  const [channel, output] = channels?.split(",") ?? [];
  return { name, ...(channel !== undefined && { channel }), ...(output !== undefined && { output }) };
};

const readDefinition = (file: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(readFileSync(file === "-" ? 0 : file, "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    throw new CommandError(
      EXIT.usage,
      `${file} cannot be read as JSON: ${error instanceof Error ? error.message : error}`,
    );
  }
  throw new CommandError(EXIT.usage, `${file} must hold one JSON object, with the API's field names.`);
};
