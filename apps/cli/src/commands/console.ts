import { ESCAPE_HELP, type EscapeCommand, EscapeKey } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { ConsoleSocket } from "../console/consoleSocket.ts";
import { TerminalView } from "../console/terminalView.ts";
import { CommandError, EXIT } from "../exitCodes.ts";
import { firstConsole } from "../firstConsole.ts";

export const console = defineCommand({
  name: "console",
  arguments: ["<guest>", "[console]"],
  options: { spy: { type: "boolean", meaning: "only watch, without asking for control" } },
  summary: "Sit at a guest's console; its first if none is named",
  details: `The terminal is the guest's until you leave it:\n${ESCAPE_HELP.map((line) => `  ${line}`).join("\n")}`,
  run: async ({ args, options, connect, output, surroundings: { stdin, stdout } }) => {
    if (output.json || !stdin.isTTY || !stdout.isTTY) {
      throw new CommandError(
        EXIT.usage,
        "console needs a terminal. For scripts, corral log prints what a console said.",
      );
    }
    const connection = connect();
    const name = args.console ?? (await firstConsole(connection.client, args.guest));
    const path = `/guests/${encodeURIComponent(args.guest)}/consoles/${encodeURIComponent(name)}/attach`;
    const view = new TerminalView(stdout, args.guest);
    const socket = new ConsoleSocket(connection, path, view, options.spy ? "spy" : "writer");

    output.note(`Console ${name} of ${args.guest}. Ctrl-] . leaves, Ctrl-] ? helps.`);
    const obey: Record<EscapeCommand, () => void> = {
      detach: () => socket.leave(),
      take: () => socket.send({ type: "take" }),
      release: () => socket.send({ type: "release" }),
      help: () => {
        for (const line of ESCAPE_HELP) view.notice(line);
      },
    };
    const escapeKey = new EscapeKey();
    let attached = true;
    const typed = async (bytes: Buffer): Promise<void> => {
      // No more is read before this has left, so that a long paste waits in the terminal.
      stdin.pause();
      for (const part of escapeKey.feed(bytes)) {
        if (part.kind === "command") obey[part.command]();
        else await socket.type(part.bytes);
      }
      if (attached) stdin.resume();
    };
    const resized = (): void => socket.send({ type: "resize", ...view.windowSize() });
    const leave = (): void => socket.leave();

    stdin.setRawMode(true);
    stdin.on("data", typed);
    stdout.on("resize", resized);
    for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, leave);
    try {
      return await socket.run();
    } finally {
      attached = false;
      for (const signal of ["SIGTERM", "SIGHUP"] as const) process.off(signal, leave);
      stdout.off("resize", resized);
      stdin.off("data", typed);
      stdin.setRawMode(false);
      stdin.pause();
      view.restore();
    }
  },
});
