import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { CorralError } from "@corral/contracts";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { listensOn } from "./umlProcesses.ts";

/** What `config ssl0` answers for a console on a port. */
const PORT = /^port:([1-9][0-9]{0,4})$/;
/** Milliseconds for a connection on the host itself. */
const CONNECT_MS = 2_000;

/** The port at one end of a console, from what its kernel says of it; null where it is on none. */
export const portNumber = (answer: string): number | null => {
  const number = PORT.exec(answer)?.[1];
  return number === undefined ? null : Number(number);
};

/**
 * Connects to a port on which a stranger's console listens. What the guest says is not trusted: this connects to a port
 * on which its own process listens, or to nothing. Rejects with CorralError impossible.
 */
export const connectToPort = async (kernel: ProcessIdentity, name: string, port: number): Promise<Socket> => {
  if (!listensOn(kernel.pid, port)) throw unreachable(name, port, "no socket of its process listens there");
  const socket = connect({ port, host: "127.0.0.1" });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(CONNECT_MS) });
    return socket;
  } catch (error) {
    socket.destroy();
    throw unreachable(name, port, (error as Error).message);
  }
};

/** UML starts a telnet server for each connection, and closes it where it finds none. */
export const noTelnetServer = (name: string, port: number): CorralError =>
  new CorralError(
    "impossible",
    `${name} closed the connection to port ${port} at once. Its kernel runs in.telnetd from its PATH for each, which is probably missing: install it where the guest was started, and start the guest again.`,
  );

const unreachable = (name: string, port: number, why: string): CorralError =>
  new CorralError("impossible", `${name} is on port ${port}, but it could not be connected to: ${why}.`);
