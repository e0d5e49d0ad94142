import { defineCommand } from "../command.ts";

export const tokenCreate = defineCommand({
  name: "token create",
  arguments: ["<label>"],
  options: {},
  summary: "Make an API token with your rights",
  details: "Its secret is shown this once; use it as CORRAL_TOKEN or as a bearer token.",
  run: async ({ args, connect, output }) => {
    const token = await connect().client.createToken({ body: { label: args.label } });
    output.result(token, ({ secret }) => secret);
    return undefined;
  },
});
