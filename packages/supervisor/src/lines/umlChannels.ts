import { type ConsoleChannels, CorralError, parseChannel } from "@corral/contracts";
import { hostTerminalKey } from "./hostTerminal.ts";

/* Channels as the guest's kernel is told of them: by the descriptors of its process. */

interface NamedChannels extends ConsoleChannels {
  readonly name: string;
}

export interface ConsoleDescriptors {
  /** Slave of the console's pty in the guest's process, if it has one. */
  readonly slave: number | undefined;
  /** Terminals of the host there, by `hostTerminalKey`. */
  readonly hostTerminals?: ReadonlyMap<string, number>;
}

export const umlChannels = (
  { name, channel, output }: NamedChannels,
  { slave, hostTerminals }: ConsoleDescriptors,
): { readonly device: string; readonly input: string; readonly output?: string } => {
  const inWords = (text: string, way: "in" | "out"): string => {
    const { kind } = parseChannel(text);
    if (kind !== "fd" && kind !== "tty") return text;
    const fd = kind === "tty" ? hostTerminals?.get(hostTerminalKey(name, way)) : slave;
    if (fd !== undefined) return `fd:${fd}`;
    throw new CorralError(
      "impossible",
      `channel: ${name} was not started with a terminal of Corral's, so that ${kind} comes only with the guest's next start. Choose pts for this run.`,
      [{ field: "channel", message: `${kind} comes only with the guest's next start; choose pts for this run` }],
    );
  };
  const input = inWords(channel, "in");
  return output === undefined ? { device: name, input } : { device: name, input, output: inWords(output, "out") };
};
