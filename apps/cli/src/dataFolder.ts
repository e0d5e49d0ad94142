import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** The data folder of this user's server: $CORRAL_HOME, else `corral` in the XDG data folder. */
export const dataFolder = (env: Environment): string =>
  env.CORRAL_HOME ? resolve(env.CORRAL_HOME) : join(xdgDataFolder(env), "corral");

/** The XDG specification says to ignore a relative path. */
const xdgDataFolder = ({ XDG_DATA_HOME: folder, HOME: home }: Environment): string =>
  folder && isAbsolute(folder) ? folder : join(home || homedir(), ".local", "share");
