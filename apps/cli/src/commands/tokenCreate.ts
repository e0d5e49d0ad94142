import { tokenScope } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

const DAY_MS = 86_400_000;

export const tokenCreate = defineCommand({
  name: "token create",
  arguments: ["<label>"],
  options: {
    scope: { type: "string", value: "SCOPE", meaning: `${tokenScope.options.join(", ")}; full, if you say nothing` },
    guest: { type: "string", value: "GUEST", multiple: true, meaning: "only for this guest; may be given again" },
    days: { type: "string", value: "DAYS", meaning: "days until it expires; never, if you say nothing" },
  },
  summary: "Make an API token with your rights, or fewer",
  details: "Its secret is shown this once; use it as CORRAL_TOKEN or as a bearer token.",
  run: async ({ args, options, connect, output }) => {
    const scope = tokenScope.safeParse(options.scope ?? "full");
    if (!scope.success) throw new CommandError(EXIT.usage, `--scope must be one of ${tokenScope.options.join(", ")}.`);
    const guests = options.guest ?? [];
    const token = await connect().client.createToken({
      body: {
        label: args.label,
        scope: scope.data,
        guests: guests.length === 0 ? null : [...guests],
        expiresAt: expiryOf(options.days),
      },
    });
    output.result(token, ({ secret }) => secret);
    return undefined;
  },
});

const expiryOf = (days: string | undefined): string | null => {
  if (days === undefined) return null;
  if (!/^[1-9]\d{0,3}$/.test(days))
    throw new CommandError(EXIT.usage, `--days must be a number of days, not "${days}".`);
  return new Date(Date.now() + Number(days) * DAY_MS).toISOString();
};
