import type { Client } from "@corral/contracts";
import { CommandError, EXIT } from "./exitCodes.ts";

/** Name of the console that is meant when none is named. */
export const firstConsole = async (client: Client, guest: string): Promise<string> => {
  const { consoles } = await client.getGuest({ params: { id: guest } });
  const first = consoles.find(({ attachable }) => attachable);
  if (first === undefined) {
    throw new CommandError(
      EXIT.notFound,
      `${guest} has no console that can be attached to. Its definition names them.`,
    );
  }
  return first.name;
};
