/** What is looked for may come in pieces; no text that a benchmark waits for is longer. */
const TAIL_CHARACTERS = 64;

/** Looks for one text in what a console prints. */
export class TextWatch {
  #tail = "";
  #wanted: { readonly text: string; readonly found: () => void } | null = null;

  /** Resolves when this has been printed, from now on. */
  see(text: string): Promise<void> {
    this.#tail = "";
    return new Promise((found) => {
      this.#wanted = { text, found };
    });
  }

  printed(data: Buffer): void {
    if (this.#wanted === null) return;
    this.#tail = this.#tail.slice(-TAIL_CHARACTERS) + data.toString("latin1");
    if (!this.#tail.includes(this.#wanted.text)) return;
    const { found } = this.#wanted;
    this.#wanted = null;
    found();
  }
}
