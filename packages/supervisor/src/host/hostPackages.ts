import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** One line of host-packages.txt, which the set-up scripts read too. */
export interface HostPackage {
  readonly name: string;
  readonly neededFor: string;
  /** A program's name or a file's full path that is there when the package is. */
  readonly proof: string;
  readonly group: string;
}

const LIST = fileURLToPath(new URL("../../host-packages.txt", import.meta.url));
const FOLDERS = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Path of a program, looked for where an ordinary user's PATH may not lead; null where it is not. */
export const findProgram = (name: string): string | null =>
  FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;

/** Packages of a group whose proof is not on this host. */
export const missingPackages = (group: string): HostPackage[] =>
  readFileSync(LIST, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [name = "", neededFor = "", proof = "", of = ""] = line.split("\t");
      return { name, neededFor, proof, group: of };
    })
    .filter((entry) => entry.group === group && !isThere(entry.proof));

const isThere = (proof: string): boolean => (proof.startsWith("/") ? existsSync(proof) : findProgram(proof) !== null);

/** The one command that installs these. */
export const installLine = (packages: readonly HostPackage[]): string =>
  `apt-get install --no-install-recommends ${packages.map(({ name }) => name).join(" ")}`;
