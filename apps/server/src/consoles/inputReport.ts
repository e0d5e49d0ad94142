import type { ServerFrame } from "@corral/contracts";

/** Tells a viewer what became of its input on the way: how much came, and what came too late. Once for what came together. */
export class InputReport {
  readonly #send: (frame: ServerFrame) => void;
  #received = 0;
  #leftOut: Buffer[] = [];
  #isDue = false;

  constructor(send: (frame: ServerFrame) => void) {
    this.#send = send;
  }

  acknowledge(bytes: number): void {
    this.#received += bytes;
    this.#tellSoon();
  }

  /** It was under way for so long that nobody knows what it would do now. */
  leaveOut(bytes: Buffer): void {
    this.#leftOut.push(bytes);
    this.#tellSoon();
  }

  #tellSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => this.#tell());
  }

  #tell(): void {
    this.#isDue = false;
    this.#send({ type: "typed", bytes: this.#received });
    const leftOut = Buffer.concat(this.#leftOut.splice(0));
    if (leftOut.length > 0) this.#send({ type: "warning", message: tooLate(leftOut) });
  }
}

/** Said to whoever typed what the network has held up. */
export const tooLate = (bytes: Uint8Array): string => {
  const { length } = [...new TextDecoder().decode(bytes)];
  const what = length === 1 ? "One character that you typed was" : `${length} characters that you typed were`;
  return `${what} held up on the way and came too late: not typed into the guest. Type it again if you still want to.`;
};
