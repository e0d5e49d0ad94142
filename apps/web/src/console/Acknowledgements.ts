import { ACK_EVERY_BYTES } from "@corral/contracts";

/** A pause in the output this long is a good moment to acknowledge what is left. */
const IDLE_MS = 100;

interface AcknowledgementsOptions {
  /** All bytes before this offset were consumed. */
  readonly send: (offset: number) => void;
  /** The output pauses, and everything so far is acknowledged. */
  readonly onIdle: () => void;
}

/** Tells the server how far the terminal has come, so that it neither waits in vain nor runs too far ahead. */
export class Acknowledgements {
  readonly #options: AcknowledgementsOptions;
  #consumed = 0;
  #acknowledged = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(options: AcknowledgementsOptions) {
    this.#options = options;
  }

  /** The next byte has this offset, and what was before needs no acknowledgement: the server counts from here too. */
  startAt(offset: number): void {
    this.#consumed = Math.max(this.#consumed, offset);
    this.#acknowledged = offset;
  }

  /** The terminal has taken in all bytes before `offset`. */
  consumed(offset: number): void {
    this.#consumed = Math.max(this.#consumed, offset);
    if (this.#consumed - this.#acknowledged >= ACK_EVERY_BYTES) this.#acknowledge();
    this.#idle ??= setTimeout(() => {
      this.#idle = undefined;
      this.#acknowledge();
      this.#options.onIdle();
    }, IDLE_MS);
  }

  dispose(): void {
    clearTimeout(this.#idle);
  }

  #acknowledge(): void {
    if (this.#consumed <= this.#acknowledged) return;
    this.#acknowledged = this.#consumed;
    this.#options.send(this.#consumed);
  }
}
