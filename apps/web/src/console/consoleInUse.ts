import type { OpenConsole } from "./useConsole.ts";

let inUse: OpenConsole | undefined;

/** The console that was last opened or worked in, for what acts on it from elsewhere in the page. */
export const consoleInUse = (): OpenConsole | undefined => inUse;

export const isInUse = (open: OpenConsole): void => {
  inUse = open;
};

/** It is no more. */
export const isNotInUse = (open: OpenConsole): void => {
  if (inUse === open) inUse = undefined;
};
