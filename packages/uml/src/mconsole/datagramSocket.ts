import { chmodSync, closeSync, constants, openSync, readFileSync, unlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import { getSystemErrorName } from "node:util";
import { O_PATH } from "../umid.ts";
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
  /**
   * Whether it is bound by its name alone, from within its folder: who is answered to that address is in the same folder,
   * wherever that is mounted for them.
   */
  readonly byName?: boolean;
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

  constructor({ path, byName = false, mode, onMessage, onError }: DatagramSocketOptions) {
    if (!fitsUnixPath(byName ? basename(path) : path)) {
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
    const bound = byName ? bindByName(this.#fd, path) : native.bind(this.#fd, path);
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

/**
 * The kernel keeps the address as it was given, and a relative one is what the whole process's working directory makes of
 * it: that is the socket's folder for the length of this one system call. Nothing else of this process may use relative
 * paths meanwhile, in other threads either.
 */
const bindByName = (fd: number, path: string): number => {
  const back = openSync(".", O_PATH | constants.O_DIRECTORY);
  try {
    process.chdir(dirname(path));
    try {
      return native.bind(fd, basename(path));
    } finally {
      process.chdir(`/proc/self/fd/${back}`);
    }
  } finally {
    closeSync(back);
  }
};

const EAGAIN = 11;

const checked = (call: string, result: number): number => {
  if (result < 0) throw systemError(call, result);
  return result;
};

const systemError = (call: string, result: number): NodeJS.ErrnoException => {
  const code = getSystemErrorName(result);
  return Object.assign(new Error(`${call}: ${code}`), { code, errno: result, syscall: call });
};
