import { lstatSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { CommandError, EXIT } from "./exitCodes.ts";

/**
 * The socket of the server that has this data folder. A folder whose path is too long for a socket's has a link to it
 * instead. Throws a CommandError when what the link leads to is somebody else's: whoever removed a stale socket from /tmp
 * could put one of their own there.
 */
export const adminSocket = (home: string): string => {
  const inside = join(home, "admin.sock");
  if (lstatSync(inside, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return inside;
  const target = readlinkSync(inside);
  const facts = lstatSync(target, { throwIfNoEntry: false });
  if (facts === undefined || (facts.isSocket() && facts.uid === statSync(home).uid)) return target;
  throw new CommandError(
    EXIT.unreachable,
    `${inside} leads to ${target}, which is not a socket of the data folder's owner. Stop the server if it runs, remove ${target}, and start it again.`,
  );
};
