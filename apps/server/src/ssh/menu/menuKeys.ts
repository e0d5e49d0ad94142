/** More bytes than this at once are no keys that somebody pressed: four arrows on a slow line fit in. */
const TYPED_MAXIMUM_BYTES = 16;
/** A paste is over when so long nothing has come. */
const PASTE_QUIET_MS = 400;

const NAMED: Record<string, string> = {
  "\r": "enter",
  "\n": "enter",
  "\u001b": "escape",
  "\u0003": "q",
  "\u0004": "q",
  "\u001b[A": "up",
  "\u001bOA": "up",
  "\u001b[B": "down",
  "\u001bOB": "down",
  "\u001b[5~": "page-up",
  "\u001b[6~": "page-down",
  "\u001b[H": "home",
  "\u001bOH": "home",
  "\u001b[1~": "home",
  "\u001b[F": "end",
  "\u001bOF": "end",
  "\u001b[4~": "end",
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: keys send control characters
const KEY = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O[@-~])?|./gsu;

export type Pressed = { readonly kind: "keys"; readonly keys: readonly string[] } | { readonly kind: "paste" };

/**
 * Makes keys of what comes from a terminal. A paste is none, however long: its letters would boot and shut down guests.
 */
export class MenuKeys {
  #pastedAt = Number.NEGATIVE_INFINITY;

  feed(bytes: Buffer, now = Date.now()): Pressed {
    const isMarked = bytes.includes("\u001b[200~");
    if (isMarked || bytes.length > TYPED_MAXIMUM_BYTES || now - this.#pastedAt < PASTE_QUIET_MS) {
      this.#pastedAt = now;
      return { kind: "paste" };
    }
    const keys = (bytes.toString().match(KEY) ?? []).map((key) => NAMED[key] ?? key);
    return { kind: "keys", keys };
  }
}
