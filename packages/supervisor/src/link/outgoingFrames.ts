import { CorralError } from "@corral/contracts";

/**
 * Bytes that the guest may have unread. UML stops listening when some 3,960 wait in a terminal, and not every kernel listens
 * again (docs/uml.md, "A full terminal"); greetings and empty lines come on top.
 */
const WINDOW_BYTES = 3_600;

export interface SendOptions {
  /** Nobody waits for it any more: what was not begun is not sent. */
  readonly signal?: AbortSignal;
  /** Gives way to all that is not: input of commands. */
  readonly isBulk?: boolean;
}

/** Frames that go together. */
interface Parcel {
  readonly frames: readonly Buffer[];
  written: number;
  taken: number;
  readonly resolve: () => void;
  readonly reject: (error: CorralError) => void;
}

interface Written {
  readonly bytes: number;
  readonly parcel: Parcel;
}

/** What goes to the guest, in order, and never more of it unread than its terminal can hold. */
export class OutgoingFrames {
  readonly #write: (frame: Buffer) => void;
  #urgent: Parcel[] = [];
  #bulk: Parcel[] = [];
  /** In the order in which the guest says that it has taken them. */
  #written: Written[] = [];
  #unread = 0;

  constructor(write: (frame: Buffer) => void) {
    this.#write = write;
  }

  /** The guest has taken everything. */
  get isIdle(): boolean {
    return this.#written.length === 0;
  }

  /** Resolves when the guest has taken the last frame. Rejects with guest_silent when the signal comes first. */
  send(frames: readonly Buffer[], { signal, isBulk = false }: SendOptions = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const settled = () => signal?.removeEventListener("abort", giveUp);
      const parcel: Parcel = {
        frames,
        written: 0,
        taken: 0,
        resolve: () => {
          settled();
          resolve();
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      const queue = isBulk ? this.#bulk : this.#urgent;
      const giveUp = () => {
        // Half a command's words must not become the beginning of another's, so what was begun is sent to its end.
        if (parcel.written === 0) queue.splice(queue.indexOf(parcel), 1);
        parcel.reject(untaken());
      };
      if (signal?.aborted) {
        reject(untaken());
        return;
      }
      queue.push(parcel);
      signal?.addEventListener("abort", giveUp, { once: true });
      this.#go();
    });
  }

  /** The guest has taken the oldest frame. Whether there was one. */
  taken(): boolean {
    const oldest = this.#written.shift();
    if (oldest === undefined) return false;
    const { bytes, parcel } = oldest;
    this.#unread -= bytes;
    parcel.taken += 1;
    if (parcel.taken === parcel.frames.length) parcel.resolve();
    this.#go();
    return true;
  }

  /** The guest's end has forgotten everything: nothing of it will be taken any more. */
  forget(error: CorralError): void {
    const parcels = new Set([...this.#written.map(({ parcel }) => parcel), ...this.#urgent, ...this.#bulk]);
    this.#urgent = [];
    this.#bulk = [];
    this.#written = [];
    this.#unread = 0;
    for (const parcel of parcels) parcel.reject(error);
  }

  #go(): void {
    for (;;) {
      const queue = this.#urgent.length > 0 ? this.#urgent : this.#bulk;
      const [parcel] = queue;
      const frame = parcel?.frames[parcel.written];
      if (parcel === undefined || frame === undefined || this.#unread + frame.length > WINDOW_BYTES) return;
      parcel.written += 1;
      if (parcel.written === parcel.frames.length) queue.shift();
      this.#written.push({ bytes: frame.length, parcel });
      this.#unread += frame.length;
      this.#write(frame);
    }
  }
}

const untaken = (): CorralError =>
  new CorralError(
    "guest_silent",
    "The guest has not taken what was sent to it. It is very busy, or its link program hangs. Try again in a moment.",
  );
