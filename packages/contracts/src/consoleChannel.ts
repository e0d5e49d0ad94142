import { z } from "zod";

/*
 * Where UML connects one end of a console, in the words of UML's own command line: docs/uml.md, "Consoles".
 */

export const CHANNEL_KINDS = ["fd", "pts", "port", "tty", "xterm", "null", "none"] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** What each kind of channel is, for whoever has to choose one. */
export const CHANNEL_MEANINGS: Record<ChannelKind, string> = {
  fd: "A terminal that Corral hands to the guest and logs",
  pts: "A terminal that the guest's kernel makes itself; Corral opens and logs it. The guest is not told its window size",
  port: "A telnet port inside the guest's own network; Corral connects to it and logs it",
  tty: "A terminal of the host, such as a real serial line at the speed that it is set to (admins only). Nothing is logged",
  xterm:
    "A window on the host's desktop (admins only). It needs an X server, a DISPLAY and xterm inside the sandbox, where there is none: the console stays closed",
  null: "Reads nothing, swallows what is written",
  none: "No device at all",
};

/** Ports below need a privilege that no guest has. */
export const PORT_MINIMUM = 1024;
export const PORT_MAXIMUM = 65_535;

export type ParsedChannel =
  | { readonly kind: Exclude<ChannelKind, "port" | "tty"> }
  | { readonly kind: "port"; readonly port: number }
  | { readonly kind: "tty"; readonly path: string };

const TTY_PATH = /^\/dev\/[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/;
const PLAIN: ReadonlySet<string> = new Set(CHANNEL_KINDS.filter((kind) => kind !== "port" && kind !== "tty"));

const readChannel = (text: string): ParsedChannel | string => {
  if (PLAIN.has(text)) return { kind: text as Exclude<ChannelKind, "port" | "tty"> };
  const colon = text.indexOf(":");
  const kind = colon === -1 ? text : text.slice(0, colon);
  const rest = colon === -1 ? "" : text.slice(colon + 1);
  if (kind === "port") {
    const port = /^[1-9][0-9]{0,4}$/.test(rest) ? Number(rest) : 0;
    if (port >= PORT_MINIMUM && port <= PORT_MAXIMUM) return { kind, port };
    return `must name a port from ${PORT_MINIMUM} to ${PORT_MAXIMUM}, such as port:9000`;
  }
  if (kind === "tty") {
    if (rest.length <= 100 && TTY_PATH.test(rest)) return { kind, path: rest };
    return "must name a terminal of the host below /dev, such as tty:/dev/ttyUSB0";
  }
  if (kind === "fd") return "must be fd alone: which descriptor it is, Corral chooses";
  if (kind === "pty") return "cannot be pty, since hosts have no BSD terminals any more; use pts";
  return "must be fd, pts, port:N, tty:/dev/…, xterm, null or none";
};

/** Of a channel that the schema let through. */
export const parseChannel = (text: string): ParsedChannel => {
  const channel = readChannel(text);
  if (typeof channel === "string") throw new Error(`${JSON.stringify(text)} is no channel: it ${channel}`);
  return channel;
};

export const channel = z
  .string()
  .superRefine((text, context) => {
    const read = readChannel(text);
    if (typeof read === "string") context.addIssue({ code: "custom", message: read });
  })
  .meta({
    description: `fd, pts, port:N, tty:/dev/…, xterm, null or none. ${CHANNEL_KINDS.map((kind) => `${kind}: ${CHANNEL_MEANINGS[kind]}`).join(". ")}.`,
  });
export type Channel = z.infer<typeof channel>;

/** Both ends of a console: one channel for both ways, or one for what the guest reads and another for what it prints. */
export const consoleChannels = {
  channel: channel.default("fd"),
  output: channel
    .optional()
    .describe("Where what the guest prints goes; left out: to the same channel as it reads from"),
};
export interface ConsoleChannels {
  readonly channel: Channel;
  readonly output?: Channel | undefined;
}

/** Why UML, or Corral, cannot have these two ends together; null where it can. */
const whyNotSplit = ({ channel: input, output }: ConsoleChannels): string | null => {
  if (output === undefined) return null;
  const ends = [readChannel(input), readChannel(output)];
  // What is wrong with one end is said where that end is.
  if (ends.some((end) => typeof end === "string")) return null;
  const kinds = (ends as ParsedChannel[]).map(({ kind }) => kind);
  if (input === output) return "must be left out where it is the same as channel";
  if (kinds.includes("none")) return "cannot go with none, which takes the whole device away; use null for one end";
  if (kinds.includes("port")) return "cannot go with a port: one connection carries both ways";
  return null;
};

export const refineSplit = (ends: ConsoleChannels, context: z.RefinementCtx): void => {
  const problem = whyNotSplit(ends);
  if (problem !== null) context.addIssue({ code: "custom", path: ["output"], message: problem });
};

/** What a console of a running guest is to be connected to. */
export const consoleChange = z
  .strictObject({
    ...consoleChannels,
    channel: consoleChannels.channel.unwrap(),
    keep: z
      .boolean()
      .default(false)
      .describe("Write it into the definition too; otherwise the next start brings the defined channel back"),
  })
  .superRefine(refineSplit);
export type ConsoleChange = z.output<typeof consoleChange>;

const KEPT: ReadonlySet<ChannelKind> = new Set(["fd", "pts", "port"]);

/** Whether Corral attaches to this console: it has a log, and can be watched or typed to. */
export const isKept = ({ channel: input, output = input }: ConsoleChannels): boolean =>
  [input, output].some((end) => KEPT.has(parseChannel(end).kind));

/** Whether something in it reaches beyond the guest into the host, so that only an admin may choose it. */
export const reachesHost = ({ channel: input, output = input }: ConsoleChannels): boolean =>
  [input, output].some((end) => ["tty", "xterm"].includes(parseChannel(end).kind));

/** Of a console as UML writes it, such as `null,fd`: what is missing here of its two ways; null where both are here. */
export const oneWayWords = (channels: string): string | null => {
  const [input = "", output = input] = channels.split(",");
  const isHere = (end: string) => KEPT.has(parseChannel(end).kind);
  if (!isHere(output)) return `What the guest prints goes to ${output}, not here: here is only typed.`;
  return isHere(input) ? null : `The guest reads this console from ${input}: what is typed here goes nowhere.`;
};

/** As UML writes it: `fd`, `pts,null`. */
export const channelsInWords = ({ channel: input, output }: ConsoleChannels): string =>
  output === undefined ? input : `${input},${output}`;
