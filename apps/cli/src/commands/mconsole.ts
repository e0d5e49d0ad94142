import { createInterface } from "node:readline/promises";
import { CorralError, completeMconsole, printable, runMconsoleLine } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

export const mconsole = defineCommand({
  name: "mconsole",
  arguments: ["<guest>", "[command...]"],
  options: { yes: { type: "boolean", short: "y", meaning: "do what ends or interrupts something without asking" } },
  summary: "Ask a guest's management console; without a command, a prompt as uml_mconsole has",
  details: "Such as: corral mconsole web1 proc meminfo. `corral mconsole web1 help` lists the commands.",
  run: async ({ args, options, connect, output, surroundings: { stdin, stdout } }) => {
    const { client } = connect();
    const { guest } = args;
    const command = args.command.join(" ");
    if (command !== "") {
      const text = await runMconsoleLine({ client, guest, line: command, confirm: options.yes });
      output.result({ text }, () => text);
      return undefined;
    }
    if (output.json || !stdin.isTTY) throw new CommandError(EXIT.usage, "Give a command, or sit at a terminal.");
    const { definition } = await client.getGuest({ params: { id: guest } });
    const prompt = createInterface({
      input: stdin,
      output: stdout,
      completer: (typed: string): [string[], string] => [completeMconsole(typed), typed],
    });
    const left = new Promise<null>((resolve) => prompt.once("close", () => resolve(null)));
    const ask = (question: string): Promise<string | null> => Promise.race([prompt.question(question), left]);
    for (;;) {
      const line = (await ask(`(${definition.name}) `))?.trim();
      if (line === undefined || line === "quit" || line === "exit") break;
      if (line === "") continue;
      const answer = async (confirm: boolean): Promise<void> => {
        try {
          const text = (await runMconsoleLine({ client, guest, line, confirm })).trimEnd();
          stdout.write(printable(text === "" ? "OK\n" : `OK ${text}\n`));
        } catch (error) {
          if (!(error instanceof CorralError)) throw error;
          if (error.code !== "needs_confirmation" || confirm) stdout.write(printable(`ERR ${error.message}\n`));
          else if ((await ask(`${printable(error.message)}\nDo it? (yes) `)) === "yes") await answer(true);
        }
      };
      await answer(options.yes);
    }
    prompt.close();
    return undefined;
  },
});
