import type { WebSocket } from "ws";

/** What the WebSocket protocol leaves for a reason beside the code. */
const REASON_MAXIMUM_BYTES = 123;

/** Closes with a code and a reason, cut where the protocol's limit is but never inside a character. */
export const closeSocket = (socket: WebSocket, code: number, reason: string): void => {
  let cut = reason;
  while (Buffer.byteLength(cut) > REASON_MAXIMUM_BYTES) cut = cut.slice(0, -1);
  socket.close(code, cut);
};
