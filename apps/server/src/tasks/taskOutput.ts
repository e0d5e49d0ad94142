/** Enough for the whole output of a Debian build; of more, the beginning is dropped. */
const OUTPUT_MAXIMUM_CHARACTERS = 256 * 1024;

/** What a task printed, bounded. Offsets count characters from the first one it ever printed. */
export class TaskOutput {
  #text = "";
  #from = 0;

  get text(): string {
    return this.#text;
  }
  /** Offset of the first character that is kept. */
  get from(): number {
    return this.#from;
  }

  add(text: string): void {
    this.#text += text;
    const surplus = this.#text.length - OUTPUT_MAXIMUM_CHARACTERS;
    if (surplus <= 0) return;
    this.#text = this.#text.slice(surplus);
    this.#from += surplus;
  }
}
