import { type ConsoleChannels, CorralError, parseChannel } from "@corral/contracts";
import type { Mount } from "../sandbox/sandbox.ts";

/* Channels as the guest's kernel is told of them: with descriptors of its process and paths of its sandbox. */

interface NamedChannels extends ConsoleChannels {
  readonly name: string;
}

type Way = "in" | "out";

/** Where a terminal of the host is inside the sandbox. */
const ttyPlace = (name: string, way: Way): string => `/ttys/${name}-${way}`;

/** `slave` is the descriptor of the console's pty in the guest's process, if it has one. */
export const umlChannels = (
  { name, channel, output }: NamedChannels,
  slave: number | undefined,
): { readonly device: string; readonly input: string; readonly output?: string } => {
  const inWords = (text: string, way: Way): string => {
    const parsed = parseChannel(text);
    if (parsed.kind === "tty") return `tty:${ttyPlace(name, way)}`;
    if (parsed.kind !== "fd") return text;
    if (slave !== undefined) return `fd:${slave}`;
    throw new CorralError(
      "impossible",
      `channel: ${name} was not started with a terminal of Corral's, so that fd comes only with the guest's next start. Choose pts for this run.`,
      [{ field: "channel", message: "fd comes only with the guest's next start; choose pts for this run" }],
    );
  };
  const input = inWords(channel, "in");
  return output === undefined ? { device: name, input } : { device: name, input, output: inWords(output, "out") };
};

/** The terminals of the host that a console is connected to, for its sandbox. */
export const ttyMounts = ({ name, channel, output }: NamedChannels): Mount[] =>
  ([[channel, "in"] as const, ...(output === undefined ? [] : [[output, "out"] as const])] as const).flatMap(
    ([text, way]) => {
      const parsed = parseChannel(text);
      if (parsed.kind !== "tty") return [];
      return [{ source: parsed.path, target: ttyPlace(name, way), writable: true, device: true }];
    },
  );
