/** Who may type: one at a time. Who wants to and may not yet waits, and is next when the seat becomes free. */
export class WritersSeat<Viewer> {
  #holder: Viewer | null = null;
  /** Longest waiting first. */
  #waiting: Viewer[] = [];

  get holder(): Viewer | null {
    return this.#holder;
  }

  /** Whether it would sit if the seat were free. */
  waits(viewer: Viewer): boolean {
    return this.#waiting.includes(viewer);
  }

  /** Sits down if the seat is free, waits otherwise. */
  ask(viewer: Viewer): void {
    if (this.#holder === null) this.#holder = viewer;
    else this.#waiting.push(viewer);
  }

  /** Sits down whoever sits there; the one who sat there waits. */
  take(viewer: Viewer): void {
    if (this.#holder === viewer) return;
    this.#waiting = this.#waiting.filter((other) => other !== viewer);
    if (this.#holder !== null) this.#waiting.push(this.#holder);
    this.#holder = viewer;
  }

  /** Neither sits nor waits any more. */
  leave(viewer: Viewer): void {
    this.#waiting = this.#waiting.filter((other) => other !== viewer);
    if (this.#holder === viewer) this.#holder = this.#waiting.shift() ?? null;
  }
}
