import type { Server, Socket } from "node:net";

/**
 * Puts a gate before a server (net, http, https): it meets only connections that are let in, and takes no harm from those
 * that the system could not hand over. Call it before the server listens.
 */
export const guardConnections = (server: Server, admit: (socket: Socket) => boolean): void => {
  const serve = server.listeners("connection") as ((socket: Socket) => void)[];
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    // Errors of the network end a connection, and are nobody's fault.
    socket.on("error", () => {});
    if (!admit(socket)) socket.destroy();
    else for (const each of serve) each.call(server, socket);
  });
  // A connection for which there was no descriptor has been closed by libuv; the server listens on.
  server.on("error", () => {});
};
