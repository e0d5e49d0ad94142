import { chmodSync, readFileSync, unlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { getSystemErrorName } from "node:util";
import { fitsUnixPath, UNIX_PATH_MAXIMUM_BYTES } from "../unixPath.ts";

/** What the native half of unix-dgram exports. Numbers below 0 are negative errnos; 1 from send means a full queue. */
interface NativeSockets {
  readonly AF_UNIX: number;
  readonly SOCK_DGRAM: number;
  socket(
    domain: number,
    type: number,
    protocol: number,
    received: (status: number, bytes: Buffer | null) => void,
    writable: () => void,
  ): number;
  bind(fd: number, path: string): number;
  connect(fd: number, path: string): number;
  send(fd: number, bytes: Buffer): number;
  close(fd: number): number;
}

/*
 * The package's own JavaScript is passed over: it throws out of a native callback, past every handler, when the kernel
 * reports an error on a socket, and aborts on a second close.
 */
const require = createRequire(import.meta.url);
const nativeFile = require.resolve("unix-dgram/build/Release/unix_dgram.node");
const native = require(nativeFile) as NativeSockets;

/**
 * Whether a hostile guest cannot abort this process through a connected socket. unix-dgram asserts that polling never
 * fails, and a peer can make it fail at will (docs/uml.md, "mconsole: a hostile peer"); so it has to be compiled
 * without assertions: CXXFLAGS=-DNDEBUG npm rebuild unix-dgram.
 */
export const socketsAreHardened = (): boolean => !readFileSync(nativeFile).includes("__assert_fail");

export interface DatagramSocketOptions {
  /** Where to bind. Whatever lies there makes it fail. */
  readonly path: string;
  /** File mode of the bound path, where the umask's is not right: who may write to it may send. */
  readonly mode?: number;
  readonly onMessage: (bytes: Buffer) => void;
  /** The kernel reported an error while receiving. */
  readonly onError: (error: NodeJS.ErrnoException) => void;
}

/** A bound Unix datagram socket, close-on-exec. Its methods throw errors with an errno's code, as node:fs does. */
export class DatagramSocket {
  readonly path: string;
  readonly #fd: number;
  #open = true;

  constructor({ path, mode, onMessage, onError }: DatagramSocketOptions) {
    if (!fitsUnixPath(path)) {
      throw new Error(`A socket's path has at most ${UNIX_PATH_MAXIMUM_BYTES} bytes: ${path}`);
    }
    this.path = path;
    this.#fd = checked(
      "socket",
      native.socket(
        native.AF_UNIX,
        native.SOCK_DGRAM,
        0,
        (status, bytes) => {
          if (!this.#open) return;
          if (bytes === null) onError(systemError("recv", status));
          else onMessage(bytes);
        },
        () => {},
      ),
    );
    const bound = native.bind(this.#fd, path);
    if (bound < 0) {
      native.close(this.#fd);
      this.#open = false;
      throw systemError("bind", bound);
    }
    if (mode !== undefined) chmodSync(path, mode);
  }

  connect(path: string): void {
    checked("connect", native.connect(this.#fd, path));
  }

  /** Throws EAGAIN where the peer's queue is full. */
  send(bytes: Buffer): void {
    const sent = native.send(this.#fd, bytes);
    checked("send", sent === 1 ? -EAGAIN : sent);
  }

  /** Closes it and removes its path. Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    native.close(this.#fd);
    try {
      unlinkSync(this.path);
    } catch {
      // Somebody removed it, or its folder; it is gone either way.
    }
  }
}

const EAGAIN = 11;

const checked = (call: string, result: number): number => {
  if (result < 0) throw systemError(call, result);
  return result;
};

const systemError = (call: string, result: number): NodeJS.ErrnoException => {
  const code = getSystemErrorName(result);
  return Object.assign(new Error(`${call}: ${code}`), { code, errno: result, syscall: call });
};
