import { randomBytes } from "node:crypto";
import { closeSync, fstatSync } from "node:fs";
import { errnoOf } from "../errno.ts";
import { pinInUmidFolder } from "../umid.ts";
import { DatagramSocket } from "./datagramSocket.ts";
import { MconsoleError } from "./errors.ts";
import { decodeReply, encodeRequest } from "./protocol.ts";

/**
 * Datagrams of one answer, of 511 bytes each: four times the longest seen (sysrq t on 7.2), and 2 MiB at most. Bytes
 * alone would not do, since an endless answer may consist of empty parts.
 */
const ANSWER_MAXIMUM_PARTS = 4096;

export interface ExchangeOptions {
  readonly socketPath: string;
  readonly clientPath: string;
  readonly socketMode?: number;
  /** Ends the wait; its reason is what the exchange rejects with. */
  readonly signal: AbortSignal;
}

/**
 * One command and its whole answer, over a socket of its own. Answers carry no number, so a late one could be taken for
 * the next command's; on a new socket at a new path it finds nobody. Rejects with MconsoleError or the signal's reason.
 */
export const exchange = async (command: string, options: ExchangeOptions): Promise<string> => {
  options.signal.throwIfAborted();
  const guest = pinSocket(options.socketPath);
  try {
    return await converse(`/proc/self/fd/${guest}`, command, options);
  } finally {
    closeSync(guest);
  }
};

/** Pinned, then looked at, then connected to: one and the same file, whatever the guest renames meanwhile. */
const pinSocket = (path: string): number => {
  let pinned: number;
  try {
    pinned = pinInUmidFolder(path);
  } catch (error) {
    throw unreachable(path, error);
  }
  if (fstatSync(pinned).isSocket()) return pinned;
  closeSync(pinned);
  throw notASocket(path);
};

const converse = (pinnedPath: string, command: string, options: ExchangeOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const { signal, socketPath, socketMode } = options;
    const parts: Buffer[] = [];
    let err: number | null = null;
    let socket: DatagramSocket | undefined;

    const end = (): void => {
      socket?.close();
      signal.removeEventListener("abort", abort);
    };
    const fail = (error: unknown): void => {
      end();
      reject(error);
    };
    const abort = (): void => fail(signal.reason);

    const receive = (datagram: Buffer): void => {
      const part = decodeReply(datagram);
      if (part === null) {
        fail(new MconsoleError("malformed", "What came back is not an answer of mconsole."));
        return;
      }
      err ??= part.err;
      parts.push(part.data);
      if (parts.length > ANSWER_MAXIMUM_PARTS) {
        fail(new MconsoleError("too-much", "The answer does not end."));
      } else if (!part.more) {
        end();
        const text = Buffer.concat(parts).toString();
        if (err === 0) resolve(text);
        else reject(refusal(command, text.trim(), err));
      }
    };

    try {
      socket = new DatagramSocket({
        path: `${options.clientPath}.${randomBytes(3).toString("hex")}`,
        ...(socketMode === undefined ? {} : { mode: socketMode }),
        onMessage: receive,
        onError: (error) => fail(unreachable(socketPath, error)),
      });
      // Connected, since the kernel drops what an unconnected queue does not hold: docs/uml.md, "mconsole protocol".
      socket.connect(pinnedPath);
      socket.send(encodeRequest(command));
      signal.addEventListener("abort", abort, { once: true });
    } catch (error) {
      fail(unreachable(socketPath, error));
    }
  });

const refusal = (command: string, kernelText: string, err: number): MconsoleError =>
  new MconsoleError("refused", `The guest refused "${command.trim()}": ${kernelText || `error ${err}`}`, {
    kernelText,
    err,
  });

const notASocket = (path: string): MconsoleError =>
  new MconsoleError("not-a-socket", `${path} is not a socket. The guest may have replaced it; it was not used.`);

/** ELOOP and ENOTDIR: a symlink where the socket or its folder should be. EPROTOTYPE: a socket of another type. */
const unreachable = (path: string, cause: unknown): MconsoleError => {
  const code = errnoOf(cause) ?? "";
  if (code === "ENOENT" || code === "ECONNREFUSED") {
    return new MconsoleError("not-running", `No guest answers at ${path}: it is off, or not yet that far.`, { cause });
  }
  if (code === "EAGAIN") {
    return new MconsoleError("silent", "The guest has not looked at earlier commands: it is hung or frozen.", {
      cause,
    });
  }
  if (["ELOOP", "ENOTDIR", "EPROTOTYPE"].includes(code)) return notASocket(path);
  return new MconsoleError("failed", `Cannot talk to ${path}: ${cause instanceof Error ? cause.message : cause}`, {
    cause,
  });
};
