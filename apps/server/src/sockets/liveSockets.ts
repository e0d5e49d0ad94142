import { CLOSE, type GuestRight } from "@corral/contracts";
import type { WebSocket } from "ws";
import type { Caller } from "../people/caller.ts";
import { closeSocket } from "./closeSocket.ts";

/** A login that expired or was taken back elsewhere is noticed within this time. */
const RECHECK_EVERY_MS = 30_000;
/** A peer that does not answer the closing of its socket is cut off after so long. */
const CLOSING_GRACE_MS = 2_000;

const SERVER_CLOSING = "The server is stopping.";

/** How a socket is closed. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

interface LiveSocket {
  readonly socket: WebSocket;
  readonly caller: Caller;
  readonly guestId: string | null;
  /** Why it may not go on; null: it may. */
  readonly judge: () => Closing | null;
}

/** The WebSockets that are open, so that they end with the login they came with, the guest they show, or the server. */
export class LiveSockets {
  readonly #live = new Set<LiveSocket>();
  readonly #listeners = new Set<() => void>();
  readonly #timer: NodeJS.Timeout;
  #isClosing = false;

  readonly #isStillGood: (caller: Caller) => boolean;
  readonly #right: (guestId: string, caller: Caller) => GuestRight | null;

  constructor(isStillGood: (caller: Caller) => boolean, right: (guestId: string, caller: Caller) => GuestRight | null) {
    this.#isStillGood = isStillGood;
    this.#right = right;
    this.#timer = setInterval(() => this.recheck(), RECHECK_EVERY_MS);
    this.#timer.unref();
  }

  /** Ends those whose callers may no longer have them, or may do less or more than when they opened them. */
  recheck(): void {
    for (const { socket, judge } of this.#live) {
      const closing = judge();
      if (closing !== null) closeSocket(socket, closing.code, closing.reason);
    }
    for (const listener of this.#listeners) listener();
  }

  /** Is told whenever rights or logins may have changed, for what is open and no WebSocket. Call the result to stop. */
  onRecheck(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get size(): number {
    return this.#live.size;
  }

  /** `judge`: for who comes with no login, such as by a link. */
  add(socket: WebSocket, caller: Caller, guestId: string | null, judge = this.#judgeOf(caller, guestId)): void {
    if (this.#isClosing) closeSocket(socket, CLOSE.serverClosing, SERVER_CLOSING);
    const live: LiveSocket = { socket, caller, guestId, judge };
    this.#live.add(live);
    socket.once("close", () => this.#live.delete(live));
  }

  /** Whether their login still counts, and they may do with the guest what they might when they came. */
  #judgeOf(caller: Caller, guestId: string | null): () => Closing | null {
    const right = guestId === null ? null : this.#right(guestId, caller);
    return () => {
      if (!this.#isStillGood(caller)) return { code: CLOSE.notLoggedIn, reason: "Your login has ended." };
      if (guestId === null || this.#right(guestId, caller) === right) return null;
      return { code: CLOSE.notFound, reason: "What you may do with this guest has changed." };
    };
  }

  /** Ends those that came with this session or token. */
  closeOfCredential(credential: string): void {
    for (const { socket, caller } of this.#live) {
      if (caller.credential === credential) closeSocket(socket, CLOSE.notLoggedIn, "Your login has ended.");
    }
  }

  closeOfGuest(guestId: string): void {
    for (const live of this.#live) {
      if (live.guestId === guestId) closeSocket(live.socket, CLOSE.guestDeleted, "The guest was deleted.");
    }
  }

  /** Ends all of them, and those that come later; when it resolves, none of the first is left. */
  async closeAll(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    const sockets = [...this.#live].map(({ socket }) => socket);
    const closed = sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    for (const socket of sockets) closeSocket(socket, CLOSE.serverClosing, SERVER_CLOSING);
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.terminate();
    }, CLOSING_GRACE_MS);
    await Promise.all(closed);
    clearTimeout(timer);
  }
}
