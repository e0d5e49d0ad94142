/** A key that a browser, a desktop or a phone keeps to itself, and what a terminal sends for it. */
export interface KeyChord {
  readonly keys: string;
  readonly sends: string;
}

/* As xterm sends them, with its modifyOtherKeys form where a key has no sequence of its own. */

export const BROWSER_CHORDS: readonly KeyChord[] = [
  { keys: "Ctrl+W", sends: "\u0017" },
  { keys: "Ctrl+T", sends: "\u0014" },
  { keys: "Ctrl+N", sends: "\u000e" },
  { keys: "Ctrl+Tab", sends: "\u001b[27;5;9~" },
  { keys: "Ctrl+Shift+Tab", sends: "\u001b[27;6;9~" },
  { keys: "Ctrl+PageUp", sends: "\u001b[5;5~" },
  { keys: "Ctrl+PageDown", sends: "\u001b[6;5~" },
  { keys: "Ctrl+F6", sends: "\u001b[17;5~" },
  { keys: "Ctrl+Alt+Del", sends: "\u001b[3;7~" },
];

/** What the keyboard of a phone lacks. */
export const TOUCH_CHORDS: readonly KeyChord[] = [
  { keys: "Esc", sends: "\u001b" },
  { keys: "Tab", sends: "\t" },
  { keys: "Ctrl+C", sends: "\u0003" },
  { keys: "Ctrl+D", sends: "\u0004" },
];

export const FUNCTION_KEYS: readonly KeyChord[] = [
  ...["P", "Q", "R", "S"].map((letter) => `\u001bO${letter}`),
  ...[15, 17, 18, 19, 20, 21, 23, 24].map((number) => `\u001b[${number}~`),
].map((sends, index) => ({ keys: `F${index + 1}`, sends }));
