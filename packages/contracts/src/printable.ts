// biome-ignore lint/suspicious/noControlCharactersInRegex: naming control characters is the purpose here
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * Characters that nobody sees and that turn the direction of writing: with them "gpj.exe" is shown as "exe.jpg", and
 * what stands behind them on the line is shown in another place. Unicode names them Bidi_Control.
 */
const directionControls = /\p{Bidi_Control}/gu;

/** What stands in the place of a character that is not shown. */
const REPLACEMENT = "\ufffd";

export const turnsDirection = (text: string): boolean => text.search(directionControls) >= 0;

/** Text that a page may show: it is read in the order in which it is written. As long as before. */
export const inReadingOrder = (text: string): string => text.replace(directionControls, REPLACEMENT);

/**
 * Text that is safe to print on a terminal. A guest chooses some of the words that reach us (a panic message, say), and
 * must not move the cursor, change the title or type with them.
 */
export const printable = (text: string): string => inReadingOrder(text.replace(controls, REPLACEMENT));
