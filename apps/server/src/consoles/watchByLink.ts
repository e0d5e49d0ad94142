import { ATTACH_DEADLINE_MS, CLOSE, CorralError, watchFrame } from "@corral/contracts";
import type { WatchLinkRow } from "@corral/store";
import type { FastifyRequest } from "fastify";
import type { WebSocket } from "ws";
import { addressOf } from "../people/address.ts";
import type { Caller } from "../people/caller.ts";
import type { Services } from "../services.ts";
import { closeSocket } from "../sockets/closeSocket.ts";
import { attachConsole } from "./attachConsole.ts";

/**
 * A socket that comes by a watch-only link. Its first frame carries the secret, so that it stands in no address and no
 * log; from then on it is a viewer like any other that may only watch.
 */
export const watchByLink = (socket: WebSocket, request: FastifyRequest, services: Services): void => {
  const { supervisor, events, sockets, watchLinks } = services;
  const deadline = setTimeout(
    () => closeSocket(socket, CLOSE.attachTimeout, `No watch frame came within ${ATTACH_DEADLINE_MS / 1000} s.`),
    ATTACH_DEADLINE_MS,
  );
  socket.once("close", () => clearTimeout(deadline));
  socket.once("message", (data: Buffer) => {
    clearTimeout(deadline);
    try {
      const { link, guest } = watchLinks.open(secretOf(data));
      const caller = viewerBy(link, addressOf(request));
      sockets.add(socket, caller, guest.id, () => watchLinks.closingOf(link));
      watchLinks.watch(link, socket);
      const { console: consoleName } = link;
      attachConsole(socket, { supervisor, events, guest, consoleName, caller, right: "watch", log: request.log });
    } catch (error) {
      if (!(error instanceof CorralError)) throw error;
      closeSocket(socket, error.code === "link_ended" ? CLOSE.linkEnded : CLOSE.badFrame, error.message);
    }
  });
};

const secretOf = (data: Buffer): string => {
  let json: unknown;
  try {
    json = JSON.parse(data.toString());
  } catch {
    json = undefined;
  }
  const frame = watchFrame.safeParse(json);
  if (!frame.success)
    throw new CorralError("invalid_request", "The first frame must be watch, with the link's secret.");
  return frame.data.secret;
};

/** Nobody who has a login: `watchLinks` sees to the end of the link. */
const viewerBy = ({ label, createdBy }: WatchLinkRow, from: string): Caller => {
  const name = label === "" ? `link of ${createdBy}` : `link: ${label}`;
  return { user: { id: "0".repeat(16), name, role: "user" }, by: "link", actor: name, credential: null, from };
};
