/**
 * Output that the disk did not take, kept in memory until it does: the newest bytes, the oldest given up first. With it
 * a full disk is not felt by viewers, and not by history either when space comes back soon.
 */
export class UnwrittenTail {
  readonly #limit: number;
  #start: number;
  #end: number;
  #chunks: Uint8Array[] = [];

  /** `limit` in bytes. */
  constructor(start: number, limit: number) {
    this.#start = start;
    this.#end = start;
    this.#limit = limit;
  }

  get start(): number {
    return this.#start;
  }

  /** How many bytes are kept. */
  get bytes(): number {
    return this.#end - this.#start;
  }

  get chunks(): readonly Uint8Array[] {
    return this.#chunks;
  }

  /** Copies the bytes. */
  push(bytes: Uint8Array): void {
    const chunk = Uint8Array.from(bytes);
    if (chunk.length > 0) this.#chunks.push(chunk);
    this.#end += chunk.length;
    while (this.#end - this.#start > this.#limit) {
      const oldest = this.#chunks.shift();
      if (oldest === undefined) return;
      this.#start += oldest.length;
    }
  }

  /** Removes the first `count` bytes: they have been written after all. */
  shift(count: number): void {
    let left = count;
    while (left > 0) {
      const first = this.#chunks.shift();
      if (first === undefined) return;
      if (first.length > left) this.#chunks.unshift(first.subarray(left));
      left -= Math.min(left, first.length);
    }
    this.#start += count;
  }

  /** Up to `limit` bytes of one chunk. */
  read(from: number, limit: number): Uint8Array {
    let offset = this.#start;
    for (const chunk of this.#chunks) {
      if (from < offset + chunk.length) return chunk.subarray(from - offset, from - offset + limit);
      offset += chunk.length;
    }
    return new Uint8Array(0);
  }
}
