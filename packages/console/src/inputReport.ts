/** So many bytes pass before a viewer is told again: a part of what a client may have under way. */
const TELL_EVERY_BYTES = 4096;
/** Keys are not reported one by one. */
const KEYS_BYTES = 64;

/** How far a viewer's input has come, and when it is told. */
export class InputReport {
  #taken = 0;
  #passed = 0;
  #told = 0;
  /** The viewer knows that something is under way, and waits for its end. */
  #isAwaited = false;

  /** Bytes that were taken from the viewer. */
  get taken(): number {
    return this.#taken;
  }

  /** Bytes that went to the guest, or never will. */
  get passed(): number {
    return this.#passed;
  }

  took(bytes: number): void {
    this.#taken += bytes;
  }

  /** Whether the viewer is to be told now. */
  passedOn(bytes: number): boolean {
    this.#passed += bytes;
    const untold = this.#passed - this.#told;
    const isAll = this.#passed >= this.#taken;
    if (untold < TELL_EVERY_BYTES && !(isAll && (this.#isAwaited || untold > KEYS_BYTES))) return false;
    this.#told = this.#passed;
    this.#isAwaited = !isAll;
    return true;
  }
}
