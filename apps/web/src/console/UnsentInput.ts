/** Characters of what did not arrive that are kept to be shown. */
const KEPT_CHARACTERS = 4096;

interface Piece {
  readonly text: string;
  /** How many bytes had been sent with it. */
  readonly end: number;
}

/**
 * What a person typed that the server is not known to have got: nothing of it is ever sent again, since nobody knows what
 * it would do by then.
 */
export class UnsentInput {
  readonly #onChange: (text: string) => void;
  /** What is under way. Empty where the server does not acknowledge. */
  #pieces: Piece[] = [];
  #sentBytes = 0;
  #acknowledges = false;
  #unsent = "";

  constructor(onChange: (text: string) => void) {
    this.#onChange = onChange;
  }

  /** A connection begins. */
  attached(acknowledges: boolean): void {
    this.#acknowledges = acknowledges;
    this.#sentBytes = 0;
    this.#pieces = [];
  }

  /** `text`: what a person typed; "" for what the terminal says by itself. */
  sent(text: string, bytes: number): void {
    this.#sentBytes += bytes;
    if (this.#acknowledges && text !== "") this.#pieces.push({ text, end: this.#sentBytes });
  }

  /** The server has got so many bytes. */
  arrived(bytes: number): void {
    this.#pieces = this.#pieces.filter(({ end }) => end > bytes);
  }

  /** It was typed while it could not be sent. */
  refused(text: string): void {
    this.#add(text);
  }

  /** What was under way never arrives. */
  lost(): void {
    const text = this.#pieces.map((piece) => piece.text).join("");
    this.#pieces = [];
    if (text !== "") this.#add(text);
  }

  forget(): void {
    this.#unsent = "";
    this.#onChange("");
  }

  #add(text: string): void {
    this.#unsent = (this.#unsent + text).slice(-KEPT_CHARACTERS);
    this.#onChange(this.#unsent);
  }
}
