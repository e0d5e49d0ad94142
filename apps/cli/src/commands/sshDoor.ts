import type { SshDoorState } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

export const sshDoor = defineCommand({
  name: "ssh-door",
  arguments: ["[open|shut]"],
  options: { port: { type: "string", value: "<port>", meaning: "the port that it is to have" } },
  summary: "Show whether people come in by ssh, or open or shut that way",
  details: "It is opened and shut while the server runs; whoever is connected through it is sent away.",
  run: async ({ args, options, connect, output }) => {
    const wish = args["open|shut"];
    if (wish !== undefined && wish !== "open" && wish !== "shut") {
      throw new CommandError(EXIT.usage, `Say open or shut, not "${wish}".`);
    }
    const port = options.port === undefined ? {} : { port: portOf(options.port) };
    const body = { ...(wish === undefined ? {} : { isOpen: wish === "open" }), ...port };
    const { client } = connect();
    const door = Object.keys(body).length === 0 ? await client.getSshDoor({}) : await client.changeSshDoor({ body });
    output.result(door, inWords);
    return undefined;
  },
});

const portOf = (text: string): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new CommandError(EXIT.usage, `--port must be a port number, not "${text}".`);
};

const inWords = ({ isOpen, host, port, fingerprint }: SshDoorState): string =>
  isOpen
    ? `The ssh door is open at port ${port} of ${host}. Its host key is ${fingerprint}.`
    : `The ssh door is shut. Open, it would be port ${port} of ${host}.`;
