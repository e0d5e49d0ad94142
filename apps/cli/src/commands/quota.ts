import {
  type Client,
  COUNTED,
  COUNTED_NAMES,
  type Counted,
  listAll,
  meantBy,
  type Quota,
  type QuotaState,
  quota as quotaSchema,
  table,
} from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";
import { groupNamed } from "./groups.ts";

const LISTS = ["images", "kernels", "networks", "templates"] as const;

const quota = defineCommand({
  name: "quota",
  arguments: ["[user]"],
  options: {},
  summary: "Show what you, or a user, may have and have of it",
  run: async ({ args, connect, output }) => {
    const query = args.user === undefined ? {} : { user: args.user };
    output.result(await connect().client.getQuota({ query }), inWords);
    return undefined;
  },
});

const number = (what: string) =>
  ({ type: "string", value: "<number>", meaning: `${what} at most; none: no limit` }) as const;
const only = (what: string) =>
  ({ type: "string", value: `<${what}>`, multiple: true, meaning: `the only ${what}s; none: any` }) as const;

const set = defineCommand({
  name: "quota set",
  arguments: ["<user|@group>"],
  options: {
    guests: number("guests"),
    running: number("guests that are on"),
    memory: number("MiB of memory"),
    disk: number("MiB of disk"),
    cpus: number("CPUs"),
    image: only("image"),
    kernel: only("kernel"),
    network: only("network"),
    template: only("template"),
  },
  summary: "Limit what a user, or a @group together, may have",
  details: "What is not given stays as it is. Example: corral quota set alice --guests 3 --memory 512",
  run: async ({ args, options, connect, output }) => {
    const changes = {
      ...limitOf("guests", options.guests),
      ...limitOf("runningGuests", options.running),
      ...limitOf("memoryMiB", options.memory),
      ...limitOf("diskMiB", options.disk),
      ...limitOf("cpus", options.cpus),
      ...listOf("images", options.image),
      ...listOf("kernels", options.kernel),
      ...listOf("networks", options.network),
      ...listOf("templates", options.template),
    };
    if (Object.keys(changes).length === 0) throw new CommandError(EXIT.usage, "Say what to limit: see --help.");
    const { client } = connect();
    const whom = await quotaOf(client, args["user|@group"]);
    const wanted = quotaSchema.parse({ ...whom.quota, ...changes });
    output.result(await whom.change(wanted), limits);
    return undefined;
  },
});

const clear = defineCommand({
  name: "quota clear",
  arguments: ["<user|@group>"],
  options: {},
  summary: "Lift all limits of a user or a @group",
  run: async ({ args, connect, output }) => {
    const whom = await quotaOf(connect().client, args["user|@group"]);
    output.result(await whom.change(null), limits);
    return undefined;
  },
});

/** The quota of a user, or of a group marked as in "@team". Throws a CommandError for whom there is not. */
const quotaOf = async (client: Client, whom: string) => {
  if (whom.startsWith("@")) {
    const { id, quota } = await groupNamed(client, whom.slice(1));
    const change = async (wanted: Quota | null) =>
      (await client.changeGroup({ params: { id }, body: { quota: wanted } })).quota;
    return { quota, change };
  }
  const user = meantBy(await listAll((query) => client.listUsers({ query })), whom, ({ name }) => name);
  if (user === undefined) throw new CommandError(EXIT.notFound, `There is no user ${whom}. Groups are marked: @team.`);
  const { id } = user;
  const change = async (wanted: Quota | null) =>
    (await client.changeUser({ params: { id }, body: { quota: wanted } })).quota;
  return { quota: user.quota, change };
};

const limitOf = (name: Counted, text: string | undefined): Partial<Quota> => {
  if (text === undefined) return {};
  if (text === "none") return { [name]: null };
  if (quotaSchema.shape[name].safeParse(Number(text)).success && /^\d+$/.test(text)) return { [name]: Number(text) };
  throw new CommandError(EXIT.usage, `"${text}" is no number of ${COUNTED[name]}, nor none.`);
};

const listOf = (name: (typeof LISTS)[number], values: readonly string[]): Partial<Quota> => {
  if (values.length === 0) return {};
  if (values.length === 1 && values[0] === "none") return { [name]: null };
  const parsed = quotaSchema.shape[name].safeParse(values);
  if (parsed.success) return { [name]: parsed.data };
  throw new CommandError(EXIT.usage, `"${values.join(" ")}" are no names of ${name}.`);
};

const limits = (limited: Quota | null): string => {
  const counted = COUNTED_NAMES.filter((name) => limited?.[name] != null);
  const listed = LISTS.filter((name) => limited?.[name] != null);
  const lines = [
    ...counted.map((name) => `${limited?.[name]} ${COUNTED[name]}`),
    ...listed.map((name) => `only these ${name}: ${limited?.[name]?.join(", ")}`),
  ];
  return lines.length === 0 ? "There is no limit." : lines.join("\n");
};

const inWords = ({ use, pools }: QuotaState): string => {
  const columns = pools.map(({ group }) => (group === null ? "LIMIT" : `@${group}`.toUpperCase()));
  const rows = COUNTED_NAMES.map((name) => [
    COUNTED[name],
    String(use[name]),
    ...pools.map(({ group, limits: limited, use: used }) => {
      const most = limited[name] ?? "";
      return group === null || most === "" ? String(most) : `${used[name]} of ${most}`;
    }),
  ]);
  const lists = pools.flatMap(({ limits: limited }) =>
    LISTS.filter((name) => limited[name] !== null).map((name) => `Only these ${name}: ${limited[name]?.join(", ")}`),
  );
  return [table(["", "USED", ...columns], rows), ...lists].join("\n");
};

export const quotaCommands = [quota, set, clear] as const;
