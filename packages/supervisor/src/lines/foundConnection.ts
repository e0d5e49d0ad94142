import { Socket } from "node:net";
import type { TelnetSource } from "@corral/console";
import type { ProcessIdentity, RunLine } from "../guest/launchRecord.ts";
import { hasEnded } from "../sandbox/processes.ts";
import { dismiss, keepConnection, takeLine } from "./keeper.ts";

export interface FoundConnection {
  readonly source: TelnetSource;
  readonly keepers: ProcessIdentity[];
}

/**
 * Connects to the port on which a guest's console listens, or takes back the connection that an earlier server had.
 * Waits until the guest listens; rejects when it does not within a minute.
 */
export const openConnection = async (
  line: RunLine,
  kernel: ProcessIdentity,
  port: number,
  signal: AbortSignal,
): Promise<FoundConnection> => {
  const held = line.keepers.find((keeper) => !hasEnded(keeper));
  const keeper = held ?? (await keepConnection(kernel, port, signal));
  try {
    const telnet = new Socket({ fd: takeLine(keeper), readable: true, writable: true });
    return { source: { telnet, agreed: held !== undefined }, keepers: [keeper] };
  } catch (error) {
    // Held by nobody who reads it, it would keep the console from everybody.
    dismiss(keeper);
    throw error;
  }
};
