/*
 * What makes a terminal a new one without clearing what it shows: every mode that what runs in a guest may have switched
 * on, a sequence that it did not finish, the title apart. Written where a guest boots, ends, or is left, so it is safe
 * to write twice, moves the cursor only out of the alternate screen, and asks the terminal nothing.
 */

const ESC = "\u001b";
const CSI = `${ESC}[`;
const ST = `${ESC}\\`;

/** Ends a sequence that nobody will finish: CAN, and ST for a terminal that heeds only that in a string. */
const UNFINISHED = `\u0018${ST}`;

/** Back to the screen and cursor of before, which in a terminal that is there already is where the cursor stands. */
const OUT_OF_ALTERNATE_SCREEN = `${ESC}7${CSI}?1049l`;

/** DECSTR, which resets most of what follows where a terminal has it, and does not move the cursor. */
const SOFT_RESET = `${CSI}!p`;

const TAB_COLUMNS = 8;
const COLS_MAXIMUM = 500;
const tabStops = (): string => {
  let stops = `${CSI}3g`;
  for (let column = TAB_COLUMNS + 1; column <= COLS_MAXIMUM; column += TAB_COLUMNS) stops += `${CSI}${column}G${ESC}H`;
  return stops;
};

/** Margins, origin, tab stops, and kitty's keyboard protocol: all of them move the cursor in some terminal. */
const WITH_CURSOR_KEPT = `${ESC}7${CSI}?69l${CSI}r${CSI}?6l${tabStops()}${CSI}=0;1u${ESC}8`;

/** At most eight a sequence: Linux's own console takes no more than 16. */
const PRIVATE_MODES_OFF = [
  // Cursor keys, reverse video, mouse of X10, reverse wrap, keypad.
  "1;5;9;45;66",
  // Mouse reports, focus reports.
  "1000;1001;1002;1003;1004",
  // Encodings of mouse reports.
  "1005;1006;1015;1016",
  // Bracketed paste, synchronised output, reports of colour scheme and size, Windows' keys.
  "2004;2026;2031;2048;9001",
]
  .map((modes) => `${CSI}?${modes}l`)
  .join("");

/** Wrapping, repeating keys, a cursor that shows. */
const PRIVATE_MODES_ON = `${CSI}?7;8;25h`;
/** Keyboard lock, insert, line feeds that return; no local echo; the keypad's digits; replies of 7 bits. */
const ANSI_MODES = `${CSI}2;4;20l${CSI}12h${ESC}>${ESC} F`;
const KEYS = `${CSI}>4;0m`;
const CHARSETS = `${ESC}%G${ESC}(B${ESC})B${ESC}*B${ESC}+B\u000f`;
const COLOURS = ["104", "110", "111", "112", "8;;"].map((which) => `${ESC}]${which}${ST}`).join("");
/** Cursor's shape, protection, and colours of letters last, since an old terminal may take KEYS for an underline. */
const LOOKS = `${CSI}0 q${CSI}0"q${CSI}0m`;

/** To be written as bytes: what is left of an unfinished character is then forgotten as well. */
export const NEW_TERMINAL: string =
  UNFINISHED +
  OUT_OF_ALTERNATE_SCREEN +
  SOFT_RESET +
  WITH_CURSOR_KEPT +
  PRIVATE_MODES_OFF +
  PRIVATE_MODES_ON +
  ANSI_MODES +
  KEYS +
  CHARSETS +
  COLOURS +
  LOOKS;
