import { createHash } from "node:crypto";
import { lstatSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { CorralError } from "@corral/contracts";
import { readPid } from "@corral/uml";

/** What UML puts into a umid folder; nothing else is ever removed. */
const UML_FILES: readonly string[] = ["pid", "mconsole"];
/** Folders of one uml_dir that are looked at: somebody may have pointed a guest at a folder of something else. */
const FOLDERS_MAXIMUM = 500;

export interface UmidFolder {
  readonly id: string;
  readonly umlDir: string;
  readonly umid: string;
  readonly path: string;
  /** What its pid file says, in the pid namespace of whoever wrote it. */
  readonly pid: number | null;
}

/** Folders below `umlDir` that look like a kernel's: with a pid file or a socket, and this user's. */
export const umidFoldersIn = (umlDir: string): UmidFolder[] =>
  namesIn(umlDir)
    .slice(0, FOLDERS_MAXIMUM)
    .flatMap((umid) => {
      const path = join(umlDir, umid);
      const facts = lstatSync(path, { throwIfNoEntry: false });
      if (!facts?.isDirectory() || facts.uid !== process.getuid?.()) return [];
      const names = namesIn(path);
      if (names.length > 0 && !names.some((name) => UML_FILES.includes(name))) return [];
      // An empty one may be anybody's.
      if (names.length === 0) return [];
      const digest = createHash("sha256").update(`${path}\0${facts.dev}\0${facts.ino}\0${facts.ctimeMs}`).digest("hex");
      return [{ id: `d${digest.slice(0, 16)}`, umlDir, umid, path, pid: readPid(umlDir, umid) }];
    });

/** Removes what UML left in it, and the folder. Throws CorralError impossible where there is more, and changes nothing. */
export const removeUmidFolder = ({ path }: UmidFolder): void => {
  const more = namesIn(path).filter((name) => !UML_FILES.includes(name));
  if (more.length > 0) {
    throw new CorralError(
      "impossible",
      `${path} holds more than a kernel leaves behind (${more.slice(0, 3).join(", ")}), so nothing was removed. Look at it yourself.`,
    );
  }
  for (const name of namesIn(path)) unlinkSync(join(path, name));
  rmdirSync(path);
};

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};
