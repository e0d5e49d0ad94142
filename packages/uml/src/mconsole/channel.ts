import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, lstatSync, type Stats } from "node:fs";
import { dirname } from "node:path";
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
/**
 * How long a channel outlives its last answer. Binding, pinning and connecting cost five times the round trip itself, and
 * commands come in bursts: a page's, a sample's.
 */
const DEFAULT_IDLE_MS = 1_000;

export interface ChannelOptions {
  readonly socketPath: string;
  readonly clientPath: string;
  readonly clientByName?: boolean;
  readonly socketMode?: number;
  /** How long it outlives its last answer, where commands come at intervals longer than a moment. */
  readonly idleMs?: number;
  /**
   * Its address is kept: it rests without a connection instead of being closed, and outlives what never reached the guest.
   * A disk that has become read-only or fails takes no other one.
   */
  readonly keepsAddress?: boolean;
}

interface Connection {
  /** Descriptor of the guest's socket. Held, so that its inode's number stays its own. */
  readonly guest: number;
  readonly file: Stats;
}

interface Asked {
  readonly command: string;
  readonly parts: Buffer[];
  /** Of the first part; null before it came. */
  err: number | null;
  readonly resolve: (answer: string) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A socket of our own, connected to the guest's, for one command after the other. Answers carry no number, so a late one
 * could be taken for the next command's. Where an answer was given up, nothing is asked until it has come whole; whatever
 * else is not one whole answer to one command closes the channel. Both times the client goes on through a new one at a new
 * path, where a late answer finds nobody, if it can have one.
 */
export class Channel {
  readonly #options: ChannelOptions;
  readonly #socket: DatagramSocket;
  readonly #idle: NodeJS.Timeout;
  #connection: Connection | null = null;
  #asked: Asked | null = null;
  /** Nobody waits for the answer any more, which may still come. */
  #isLate = false;
  #settleFree: (() => void)[] = [];
  #open = true;

  /** Binds it. Throws MconsoleError. */
  constructor(options: ChannelOptions) {
    this.#options = options;
    const { socketPath, clientPath, clientByName = false, socketMode } = options;
    try {
      this.#socket = new DatagramSocket({
        path: `${clientPath}.${randomBytes(3).toString("hex")}`,
        byName: clientByName,
        ...(socketMode === undefined ? {} : { mode: socketMode }),
        onMessage: (datagram) => this.#receive(datagram),
        onError: (error) => this.close(unreachable(socketPath, error)),
      });
    } catch (error) {
      throw unreachable(socketPath, error);
    }
    this.#idle = setTimeout(() => this.#rest(), options.idleMs ?? DEFAULT_IDLE_MS);
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Whether it is open, and no answer is to come. */
  get isFree(): boolean {
    return this.#open && this.#asked === null;
  }

  /** Resolves when the answer that was given up has come, or it was closed. */
  whenFree(): Promise<void> {
    if (this.#asked === null) return Promise.resolve();
    return new Promise((resolve) => this.#settleFree.push(resolve));
  }

  /** One command and its whole answer, where no other is under way. Rejects with MconsoleError, or what ends it is given. */
  ask(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      try {
        this.#connect();
        this.#socket.send(encodeRequest(command));
      } catch (error) {
        // Nothing was sent, so nothing can come: the address is as good as before.
        this.#disconnect();
        if (this.#options.keepsAddress !== true) this.close();
        reject(error instanceof MconsoleError ? error : unreachable(this.#options.socketPath, error));
        return;
      }
      this.#asked = { command, parts: [], err: null, resolve, reject };
    });
  }

  /** What is under way rejects with `reason`; its answer is waited for all the same. */
  giveUp(reason: unknown): void {
    if (this.#asked === null || this.#isLate) return;
    this.#isLate = true;
    this.#asked.reject(reason);
  }

  /** What is under way rejects with `reason`. Idempotent. */
  close(reason: unknown = new MconsoleError("closed", "The connection to the guest was closed.")): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#idle);
    this.#socket.close();
    this.#disconnect();
    this.#asked?.reject(reason);
    this.#free();
  }

  #free(): void {
    this.#asked = null;
    this.#isLate = false;
    for (const settle of this.#settleFree.splice(0)) settle();
  }

  /** Leads to what lies at the guest's path now. Throws MconsoleError where no guest can be reached, or as connect does. */
  #connect(): void {
    const { socketPath } = this.#options;
    if (this.#connection !== null && leadsTo(this.#connection, socketPath)) return;
    this.#disconnect();
    const guest = pinSocket(socketPath);
    this.#connection = { guest, file: fstatSync(guest) };
    // Connected, since the kernel drops what an unconnected queue does not hold: docs/uml.md, "mconsole protocol".
    this.#socket.connect(`/proc/self/fd/${guest}`);
  }

  #disconnect(): void {
    if (this.#connection !== null) closeSync(this.#connection.guest);
    this.#connection = null;
  }

  #receive(datagram: Buffer): void {
    const asked = this.#asked;
    // Nothing was asked: whatever this is, the next may follow it.
    if (asked === null) {
      this.close();
      return;
    }
    const part = decodeReply(datagram);
    if (part === null) {
      this.close(new MconsoleError("malformed", "What came back is not an answer of mconsole."));
      return;
    }
    asked.err ??= part.err;
    asked.parts.push(part.data);
    if (asked.parts.length > ANSWER_MAXIMUM_PARTS) {
      this.close(new MconsoleError("too-much", "The answer does not end."));
      return;
    }
    if (part.more) return;
    const isLate = this.#isLate;
    this.#free();
    this.#idle.refresh();
    if (isLate) return;
    const text = Buffer.concat(asked.parts).toString();
    if (asked.err === 0) asked.resolve(text);
    else asked.reject(refusal(asked.command, text.trim(), asked.err));
  }

  #rest(): void {
    // A command under way has a time of its own.
    if (this.#asked !== null) this.#idle.refresh();
    else if (this.#options.keepsAddress === true) this.#disconnect();
    else this.close();
  }
}

/** Whether what lies at the guest's path is still what it was connected to. */
const leadsTo = ({ file }: Connection, socketPath: string): boolean => {
  try {
    // Neither is followed: a symlink in the place of either is not the guest.
    const { ino, dev } = lstatSync(socketPath);
    return ino === file.ino && dev === file.dev && lstatSync(dirname(socketPath)).isDirectory();
  } catch {
    return false;
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
