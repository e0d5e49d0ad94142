/** Ctrl-], as telnet has it: no shell or editor needs it, and unlike ssh's ~ it does not depend on line starts. */
const ESCAPE = 0x1d;

const keys = { ".": "detach", q: "detach", t: "take", r: "release", "?": "help" } as const;

export type EscapeCommand = (typeof keys)[keyof typeof keys];

export type Typed =
  | { readonly kind: "input"; readonly bytes: Uint8Array }
  | { readonly kind: "command"; readonly command: EscapeCommand };

export const ESCAPE_HELP = [
  "Ctrl-] .  or  Ctrl-] q   leave the console",
  "Ctrl-] t                 take control from whoever types",
  "Ctrl-] r                 give control away and watch",
  "Ctrl-] Ctrl-]            type Ctrl-]",
];

/** Finds the escape key in what is typed, however the bytes are cut into pieces. */
export class EscapeKey {
  #pending = false;

  feed(bytes: Uint8Array): Typed[] {
    const typed: Typed[] = [];
    let input: number[] = [];
    const flush = (): void => {
      if (input.length > 0) typed.push({ kind: "input", bytes: Uint8Array.from(input) });
      input = [];
    };

    for (const byte of bytes) {
      if (!this.#pending) {
        if (byte === ESCAPE) this.#pending = true;
        else input.push(byte);
        continue;
      }
      this.#pending = false;
      const key = String.fromCharCode(byte);
      if (byte === ESCAPE) {
        input.push(ESCAPE);
      } else if (key in keys) {
        flush();
        typed.push({ kind: "command", command: keys[key as keyof typeof keys] });
      } else {
        // Not a command: it was meant for the guest.
        input.push(ESCAPE, byte);
      }
    }
    flush();
    return typed;
  }
}
