/*
 * How both ends of a WebSocket notice that nothing passes between them any more, although no one has closed it. Each
 * PULSE_EVERY_MS the server pings, and sends a pulse, which a page can see where a ping cannot be seen. An older server
 * sends none, and is not watched; an older client passes it over.
 */

/** Milliseconds. Four of them missed are noticed within ten seconds. */
export const PULSE_EVERY_MS = 2_000;
/** After so many in a row that went unanswered, nothing that comes is known to be new. */
export const DOUBTFUL_AFTER_PULSES = 2;
/** After so many the other end is given up. */
export const LOST_AFTER_PULSES = 4;

export const PULSE = JSON.stringify({ type: "pulse" });

const TICK_MS = 500;
/** What a tick counts for at most: in a page in the background, or a process that was stopped, time passes unseen. */
const TICK_COUNTS_MAXIMUM_MS = 2 * TICK_MS;
/** A pulse may be late on a busy machine. */
const LATE_MS = 500;

interface SilenceListeners {
  /** Nothing was heard for some seconds, or something is again. */
  readonly onDoubt: (isDoubtful: boolean) => void;
  /** The connection is of no use any more. Called once; it is not watched any longer. */
  readonly onLost: () => void;
}

/** A client's watch over one connection. Ends with `close`. */
export class SilenceWatch {
  readonly #listeners: SilenceListeners;
  #timer: ReturnType<typeof setInterval> | undefined;
  #tickedAt = 0;
  #silentMs = 0;
  #isDoubtful = false;
  #isClosed = false;

  constructor(listeners: SilenceListeners) {
    this.#listeners = listeners;
  }

  /** Something came. Returns whether it was a pulse, which means nothing else. */
  heard(data: unknown): boolean {
    this.#silentMs = 0;
    if (this.#isDoubtful) this.#doubt(false);
    if (data !== PULSE) return false;
    if (!this.#isClosed && this.#timer === undefined) {
      this.#tickedAt = performance.now();
      this.#timer = setInterval(() => this.#tick(), TICK_MS);
    }
    return true;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    this.#silentMs += Math.min(now - this.#tickedAt, TICK_COUNTS_MAXIMUM_MS);
    this.#tickedAt = now;
    if (this.#silentMs >= LOST_AFTER_PULSES * PULSE_EVERY_MS + LATE_MS) {
      this.close();
      this.#listeners.onLost();
    } else if (!this.#isDoubtful && this.#silentMs >= DOUBTFUL_AFTER_PULSES * PULSE_EVERY_MS + LATE_MS) {
      this.#doubt(true);
    }
  }

  #doubt(isDoubtful: boolean): void {
    this.#isDoubtful = isDoubtful;
    this.#listeners.onDoubt(isDoubtful);
  }
}
