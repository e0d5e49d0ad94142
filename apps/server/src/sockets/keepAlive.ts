import { DOUBTFUL_AFTER_PULSES, LOST_AFTER_PULSES, PULSE, PULSE_EVERY_MS } from "@corral/contracts";
import type { WebSocket } from "ws";

const watches = new WeakMap<WebSocket, Watch>();

/**
 * Pings a socket until it closes, sends it pulses, and ends it when several pings in a row went unanswered: then it is
 * as good as closed, and what belongs to it, such as a writer's seat, is given back.
 */
export const keepAlive = (socket: WebSocket): void => {
  watches.set(socket, new Watch(socket));
};

/**
 * Whether what comes now may have been under way for long: nothing was heard for some seconds before, and no ping that
 * was sent since has been answered.
 */
export const isHeldUp = (socket: WebSocket): boolean => watches.get(socket)?.isHeldUp ?? false;

class Watch {
  readonly #socket: WebSocket;
  #sent = 0;
  /** Pings in a row after which nothing was heard. */
  #unanswered = 0;
  /** Number of the ping whose answer says that what comes is new; null while it is. */
  #newFrom: number | null = null;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    const timer = setInterval(() => this.#tick(), PULSE_EVERY_MS).unref();
    socket.on("message", () => this.#heard());
    socket.on("pong", (data) => {
      this.#heard();
      if (this.#newFrom !== null && Number(data) >= this.#newFrom) this.#newFrom = null;
    });
    socket.once("close", () => clearInterval(timer));
  }

  get isHeldUp(): boolean {
    return this.#newFrom !== null;
  }

  #tick(): void {
    // Its input is held on this side: answers wait behind it.
    if (this.#socket.isPaused) this.#unanswered = 0;
    if (this.#unanswered >= LOST_AFTER_PULSES) {
      this.#socket.terminate();
      return;
    }
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#unanswered += 1;
    this.#ping();
    this.#socket.send(PULSE);
  }

  #heard(): void {
    if (this.#unanswered >= DOUBTFUL_AFTER_PULSES) {
      this.#newFrom = this.#sent + 1;
      this.#ping();
    }
    this.#unanswered = 0;
  }

  #ping(): void {
    this.#sent += 1;
    this.#socket.ping(String(this.#sent));
  }
}
