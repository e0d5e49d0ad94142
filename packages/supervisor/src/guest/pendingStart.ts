import { setTimeout as sleep } from "node:timers/promises";
import type { BootGate } from "../launch/bootGate.ts";

/** A booting guest gives its place in the queue of boots back after so long, whatever it does. */
const BOOT_PLACE_MAXIMUM_MS = 20_000;

/** The start of one guest from when it is wanted to when it has booted: its delay, and its place among those that boot. */
export class PendingStart {
  readonly #gate: BootGate;
  /** The newest start that waits; aborting it keeps the guest off. */
  #waiting: AbortController | null = null;
  #leave: () => void = () => {};
  /** Resolves when the newest launch, and with it all before it, have come to their end. */
  #launched: Promise<unknown> = Promise.resolve();

  constructor(gate: BootGate) {
    this.#gate = gate;
  }

  get isWaiting(): boolean {
    return this.#waiting !== null;
  }

  /** Whether it would have to wait for guests that boot. */
  get mustWait(): boolean {
    return this.#gate.isFull;
  }

  /**
   * Waits `delayMs`, then for a place among the booting guests, and runs `launch`, once one that was called off has ended:
   * both would be at work in the same folder. `onQueued` is called when there is no place yet. Resolves when that is done,
   * or when it was called off. Rejects with what `launch` rejects with.
   */
  async run(delayMs: number, onQueued: () => void, launch: (calledOff: AbortSignal) => Promise<void>): Promise<void> {
    const waiting = new AbortController();
    this.#waiting = waiting;
    let leave = () => {};
    try {
      if (delayMs > 0) await sleep(delayMs, undefined, { signal: waiting.signal, ref: false });
      if (this.#gate.isFull) onQueued();
      leave = await this.#gate.enter(waiting.signal);
      this.#leave = leave;
      setTimeout(leave, BOOT_PLACE_MAXIMUM_MS).unref();
      await this.#launched;
      waiting.signal.throwIfAborted();
      const launching = launch(waiting.signal);
      this.#launched = launching.catch(() => {});
      await launching;
    } catch (error) {
      leave();
      if (!waiting.signal.aborted) throw error;
    } finally {
      if (this.#waiting === waiting) this.#waiting = null;
    }
  }

  /** Others may boot now: the guest has booted, or never will. */
  leavePlace(): void {
    this.#leave();
  }

  /** Keeps a start from happening, and resolves when one that has begun has ended too. */
  async end(): Promise<void> {
    this.callOff();
    await this.#launched;
  }

  /** Keeps a start that waits from happening. One that has begun ends by itself as soon as it can. */
  callOff(): void {
    this.#waiting?.abort();
  }
}
