import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fitsUnixPath } from "@corral/uml";
import { RUN_FOLDER_MAXIMUM_BYTES } from "./guest/guestFolder.ts";

/**
 * Where sockets lie: below the data folder if their paths fit (docs/uml.md, "umid"), else in a short folder of this
 * user's in /tmp. Not in XDG_RUNTIME_DIR, which a logout removes under running guests.
 */
export const runFolderOf = (home: string): string => {
  const inside = join(home, "run");
  return Buffer.byteLength(inside) <= RUN_FOLDER_MAXIMUM_BYTES ? inside : shortFolder(home);
};

const shortFolder = (home: string): string =>
  `/tmp/corral-${process.getuid?.()}-${createHash("sha256").update(home).digest("hex").slice(0, 8)}`;

/** Makes the run folder. Throws when somebody else has put something in its place. */
export const openRunFolder = (home: string): string => {
  const folder = runFolderOf(home);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  refuseForeign(folder);
  chmodSync(folder, 0o700);
  return folder;
};

/** Throws when what lies at the run folder's place is not a folder of this user's. */
export const refuseForeign = (folder: string): void => {
  const facts = lstatSync(folder, { throwIfNoEntry: false });
  if (facts === undefined || (facts.isDirectory() && facts.uid === process.getuid?.())) return;
  throw new Error(`${folder} is not a folder of this user's. Remove it, or set CORRAL_HOME to a shorter path.`);
};

/**
 * Where a socket of the data folder's lies: there if its path fits, else in the run folder. Then a link of that name leads
 * from the data folder to it, so that whoever looks for it needs no rule but "follow the link".
 */
export const placeSocket = (home: string, name: string): string => {
  const inside = join(home, name);
  rmSync(inside, { force: true });
  if (fitsUnixPath(inside)) return inside;
  const short = join(openRunFolder(home), name);
  rmSync(short, { force: true });
  symlinkSync(short, inside);
  return short;
};
