import { type ConsoleChannels, type ParsedChannel, parseChannel } from "@corral/contracts";

/* What Corral itself has to do with each end of a console: what the guest prints to, and what it reads from. */

type Reached = { readonly kind: "fd" | "pts" } | { readonly kind: "port"; readonly port: number };

export interface LineEnds {
  /** Where Corral reads what the guest prints; null: nowhere. */
  readonly read: Reached | null;
  /** Where Corral writes what is typed; null: nowhere. */
  readonly write: Reached | null;
}

const reached = (channel: ParsedChannel): Reached | null => {
  if (channel.kind === "port") return channel;
  return channel.kind === "fd" || channel.kind === "pts" ? { kind: channel.kind } : null;
};

export const lineEnds = ({ channel, output = channel }: ConsoleChannels): LineEnds => ({
  read: reached(parseChannel(output)),
  write: reached(parseChannel(channel)),
});

/** Whether one of them is a pty that Corral makes and the guest inherits. */
export const needsPty = (channels: ConsoleChannels): boolean => {
  const { read, write } = lineEnds(channels);
  return read?.kind === "fd" || write?.kind === "fd";
};

/** Whether there is an end that the guest's kernel makes when it opens the console, so that it has to be found then. */
export const isFound = (channels: ConsoleChannels): boolean => {
  const { read, write } = lineEnds(channels);
  return [read, write].some((end) => end !== null && end.kind !== "fd");
};
