/** Far below the 4096 bytes that a guest's tty keeps of one line (drivers/tty/n_tty.c). */
const PIECE_CHARACTERS = 200;
/** A tty echoes within milliseconds: after so long nobody reads, or reads without echo. */
const ECHO_PATIENCE_MS = 1500;
/** Between pieces once a person said to go on without an echo. */
const UNECHOED_PAUSE_MS = 100;

const LINE_FEED = 0x0a;

export interface SendingState {
  /** `silent`: no echo came, and it waits for a person to say whether to go on. */
  readonly phase: "sending" | "silent" | "done" | "stopped";
  /** Characters that were sent, of how many. */
  readonly sent: number;
  readonly total: number;
}

interface EchoedInputOptions {
  readonly text: string;
  /**
   * The program that reads marks pastes off from typing (bracketed paste): each piece is marked, so that its line ends
   * run nothing. How such a program shows them is its own affair, so they are not waited for.
   */
  readonly bracketed?: boolean;
  readonly send: (piece: string) => void;
  readonly onState: (state: SendingState) => void;
}

/** Line ends become Enter; other control characters, which nobody sees in what they paste, are left out. */
const asTyped = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: naming control characters is the purpose here
  text.replace(/\r\n?|\n/g, "\r").replace(/[\u0000-\u0008\u000a-\u000c\u000e-\u001f\u007f-\u009f]/g, "");

const piecesOf = (text: string): string[] =>
  text.match(new RegExp(`[^\\r]{1,${PIECE_CHARACTERS}}\\r?|\\r`, "gu")) ?? [];

/**
 * What must come back, in this order, with anything in between: prompts, redrawing and messages of the kernel mix with
 * an echo. Blanks are left out, since line editors also skip over them with the cursor.
 */
const echoOf = (piece: string, bracketed: boolean): number[] =>
  [...piece].flatMap((character) => {
    if (character === "\r") return bracketed ? [] : [LINE_FEED];
    return /[!-~]/.test(character) ? [character.charCodeAt(0)] : [];
  });

/**
 * Types a long text into a console piece by piece, each when the one before was echoed: a tty that is busy drops what
 * comes too fast, and a message of the guest's kernel can swallow input. Begins at once; ends by itself or with `stop`.
 */
export class EchoedInput {
  readonly #options: EchoedInputOptions;
  readonly #pieces: string[];
  readonly #total: number;
  #sent = 0;
  #expected: number[] = [];
  #echoed = 0;
  #patience = ECHO_PATIENCE_MS;
  #phase: SendingState["phase"] = "sending";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: EchoedInputOptions) {
    this.#options = options;
    const text = asTyped(options.text);
    this.#pieces = piecesOf(text);
    this.#total = text.length;
    this.#next();
  }

  /** What the guest printed meanwhile. */
  output(bytes: Uint8Array): void {
    if (this.#phase !== "sending" && this.#phase !== "silent") return;
    for (const byte of bytes) if (byte === this.#expected[this.#echoed]) this.#echoed++;
    if (this.#echoed < this.#expected.length) return;
    this.#patience = ECHO_PATIENCE_MS;
    this.#next();
  }

  /** Sends the rest although no echo comes; waits for it again as soon as one does. */
  goOn(): void {
    if (this.#phase !== "silent") return;
    this.#patience = UNECHOED_PAUSE_MS;
    this.#next();
  }

  stop(): void {
    if (this.#phase === "done") return;
    this.#show("stopped");
  }

  #next(): void {
    const piece = this.#pieces.shift();
    if (piece === undefined) {
      this.#show("done");
      return;
    }
    const { bracketed = false, send } = this.#options;
    this.#expected = echoOf(piece, bracketed);
    this.#echoed = 0;
    this.#sent += piece.length;
    this.#show("sending");
    // Also for a piece that has no echo of its own: the one after it is then a little later.
    const wait = this.#expected.length === 0 ? UNECHOED_PAUSE_MS : this.#patience;
    this.#timer = setTimeout(() => this.#waitedInVain(), wait);
    send(bracketed ? `\u001b[200~${piece}\u001b[201~` : piece);
  }

  #waitedInVain(): void {
    if (this.#expected.length === 0 || this.#patience === UNECHOED_PAUSE_MS) this.#next();
    else this.#show("silent");
  }

  #show(phase: SendingState["phase"]): void {
    clearTimeout(this.#timer);
    this.#phase = phase;
    this.#options.onState({ phase, sent: this.#sent, total: this.#total });
  }
}
