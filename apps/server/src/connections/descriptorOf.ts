import type { Socket } from "node:net";

/** Node does not tell it: it is in the handle. Where there is none the connection has just been closed. */
export const descriptorOf = (socket: Socket): number =>
  (socket as unknown as { _handle: { fd?: number } | null })._handle?.fd ?? 0;
