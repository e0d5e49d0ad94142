import { lstatSync, unlinkSync } from "node:fs";
import { DatagramSocket } from "./datagramSocket.ts";
import { decodeNotification, type Notification } from "./protocol.ts";

export interface NotificationListenerOptions {
  /** Path to bind; one for each guest, since notifications do not say who sent them. */
  readonly path: string;
  /** File mode of the path, where the umask's would keep the guest's uid from writing to it. */
  readonly socketMode?: number;
  readonly onNotification: (notification: Notification) => void;
  /** The socket failed after it was bound, and was closed. */
  readonly onError?: (error: Error) => void;
}

/** Notifications of one kind that are passed on at once after a quiet time; a boot sends one or two of each. */
const BURST = 50;
/** Notifications of one kind that are passed on in a second in the long run. Any guest can write thousands. */
const PER_SECOND = 10;

/**
 * Hears what one guest's kernel says: docs/uml.md, "Notifications". Reads at once, always, since the guest's kernel
 * stands still while the queue is full, and passes on at a bounded rate. Anything in the guest's sandbox can forge any
 * notification: believe it of that guest only, and only as a hint.
 */
export class NotificationListener {
  readonly path: string;
  readonly #socket: DatagramSocket;
  readonly #onNotification: (notification: Notification) => void;
  readonly #allowances = new Map<Notification["kind"], Allowance>();
  #dropped = 0;

  /** Throws as bind(2) does. A socket that lies at the path is removed first; anything else there is an error. */
  constructor({ path, socketMode, onNotification, onError }: NotificationListenerOptions) {
    this.path = path;
    this.#onNotification = onNotification;
    removeSocket(path);
    this.#socket = new DatagramSocket({
      path,
      ...(socketMode === undefined ? {} : { mode: socketMode }),
      onMessage: (datagram) => this.#receive(datagram),
      onError: (error) => {
        this.close();
        onError?.(error);
      },
    });
  }

  /** Datagrams that were thrown away: too many of a kind, or not notifications at all. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Stops listening and removes the path. Idempotent. */
  close(): void {
    this.#socket.close();
  }

  #receive(datagram: Buffer): void {
    const notification = decodeNotification(datagram);
    if (notification === null || !this.#allowance(notification.kind).take()) {
      this.#dropped += 1;
      return;
    }
    this.#onNotification(notification);
  }

  /** Each kind has its own, so that what a guest's users write does not drown its kernel's panic. */
  #allowance(kind: Notification["kind"]): Allowance {
    const known = this.#allowances.get(kind);
    if (known !== undefined) return known;
    const fresh = new Allowance();
    this.#allowances.set(kind, fresh);
    return fresh;
  }
}

/** BURST at once, refilled with PER_SECOND. */
class Allowance {
  #left = BURST;
  #at = performance.now();

  take(): boolean {
    const now = performance.now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) / 1000) * PER_SECOND);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

const removeSocket = (path: string): void => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSocket()) unlinkSync(path);
};
