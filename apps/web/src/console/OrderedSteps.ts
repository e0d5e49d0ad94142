type Step = () => void | Promise<void>;

/** Does one thing after another, each when the one before has ended; at once where nothing is to be waited for. */
export class OrderedSteps {
  readonly #waiting: Step[] = [];
  #running = false;
  #disposed = false;

  add(step: Step): void {
    this.#waiting.push(step);
    if (!this.#running) void this.#run();
  }

  /** What waits is never done. */
  dispose(): void {
    this.#disposed = true;
    this.#waiting.length = 0;
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let step = this.#waiting.shift(); step !== undefined && !this.#disposed; step = this.#waiting.shift()) {
      const wait = step();
      if (wait !== undefined) await wait;
    }
    this.#running = false;
  }
}
