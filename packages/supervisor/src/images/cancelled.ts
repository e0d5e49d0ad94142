import { CorralError } from "@corral/contracts";

/** Throws once the signal has come. */
export const cancelled = (signal: AbortSignal): void => {
  if (signal.aborted) throw new CorralError("cancelled", "It was cancelled; nothing of it is left.");
};
