import { SilenceWatch } from "@corral/contracts";

/** First wait after a lost connection; it doubles with each failure. */
const RETRY_FIRST_MS = 500;
/** Nobody looks at a countdown for longer than this. */
const RETRY_LONGEST_MS = 15_000;
/** A server, or a network, that lets a connection stand unanswered for so long is as good as gone. */
const CONNECT_TIMEOUT_MS = 10_000;
/** What a connection that was given up is said to have been closed with: the code for one that nobody closed. */
const NOBODY_CLOSED_IT = 1006;
/** A connection that held so long was a good one: the next failure starts counting anew. */
const STABLE_AFTER_MS = 5_000;

export type Connection =
  /** `failures`: how many tries have failed in a row, 0 at the first. */
  | { readonly kind: "connecting"; readonly failures: number }
  /** `isDoubtful`: nothing was heard for some seconds, so that nobody knows whether what is sent arrives. */
  | { readonly kind: "open"; readonly isDoubtful: boolean }
  /** `retryAt` in milliseconds since 1970. */
  | { readonly kind: "waiting"; readonly retryAt: number; readonly failures: number }
  | { readonly kind: "closed"; readonly code: number; readonly reason: string };

/** It was there, or should have been, and is not. */
export const isLost = (connection: Connection): boolean =>
  connection.kind === "waiting" || (connection.kind === "connecting" && connection.failures > 0);

export interface SocketHandlers {
  /** Asked anew for each attempt, since what to ask for changes. */
  readonly url: () => string;
  readonly onOpen: () => void;
  readonly onMessage: (data: string | ArrayBuffer) => void;
  readonly onConnection: (connection: Connection) => void;
  /** Whether a close with this code is the server's last word, so that trying again is pointless. */
  readonly isFinal: (code: number) => boolean;
  /** Tests run where there is no browser and bring their own. */
  readonly open?: (url: string) => WebSocket;
}

/** Between 75 and 100 per cent of the doubled wait, so that a restarted server does not meet all its pages at once. */
const waitAfter = (failures: number): number =>
  Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** (failures - 1)) * (0.75 + Math.random() / 4);

/** A WebSocket that comes back: with back-off, at once when the network does, and until `close`. */
export class ReconnectingSocket {
  readonly #handlers: SocketHandlers;
  #socket: WebSocket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #openedAt = 0;
  #silence: SilenceWatch | undefined;
  #connecting: ReturnType<typeof setTimeout> | undefined;
  #ended = false;
  readonly #network = new AbortController();

  constructor(handlers: SocketHandlers) {
    this.#handlers = handlers;
    if (typeof window === "undefined") return;
    const { signal } = this.#network;
    window.addEventListener("online", () => this.retryNow(), { signal });
    // A laptop that wakes up has a timer from before it slept.
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.retryNow(), {
      signal,
    });
  }

  connect(): void {
    if (this.#ended || this.#socket !== undefined) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#handlers.onConnection({ kind: "connecting", failures: this.#failures });
    const socket = (this.#handlers.open ?? ((url) => new WebSocket(url)))(this.#handlers.url());
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#openedAt = Number.POSITIVE_INFINITY;
    const silence = new SilenceWatch({
      onDoubt: (isDoubtful) => this.#handlers.onConnection({ kind: "open", isDoubtful }),
      onLost: () => this.#giveUp(),
    });
    this.#silence = silence;
    this.#connecting = setTimeout(() => this.#giveUp(), CONNECT_TIMEOUT_MS);
    socket.onopen = () => {
      clearTimeout(this.#connecting);
      this.#openedAt = Date.now();
      this.#handlers.onConnection({ kind: "open", isDoubtful: false });
      this.#handlers.onOpen();
    };
    socket.onmessage = ({ data }) => {
      if (!silence.heard(data)) this.#handlers.onMessage(data);
    };
    socket.onclose = ({ code, reason }) => this.#lost(code, reason);
  }

  /** Ends a countdown at once. Does nothing otherwise. */
  retryNow(): void {
    if (this.#retry !== undefined) this.connect();
  }

  /** Whether it was handed to the network; nothing is kept for later. */
  send(data: string | Uint8Array<ArrayBuffer>): boolean {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(data);
    return true;
  }

  close(): void {
    this.#ended = true;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#network.abort();
    this.#letGo();
  }

  #letGo(): void {
    this.#silence?.close();
    clearTimeout(this.#connecting);
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** Its closing would wait for an answer of the other side. */
  #giveUp(): void {
    this.#letGo();
    this.#lost(NOBODY_CLOSED_IT, "");
  }

  #lost(code: number, reason: string): void {
    this.#letGo();
    if (this.#handlers.isFinal(code)) {
      this.#handlers.onConnection({ kind: "closed", code, reason });
      return;
    }
    this.#failures = Date.now() - this.#openedAt > STABLE_AFTER_MS ? 1 : this.#failures + 1;
    const wait = waitAfter(this.#failures);
    this.#retry = setTimeout(() => this.connect(), wait);
    this.#handlers.onConnection({ kind: "waiting", retryAt: Date.now() + wait, failures: this.#failures });
  }
}
