// biome-ignore lint/suspicious/noControlCharactersInRegex: naming control characters is the purpose here
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * Text that is safe to print on a terminal. A guest chooses some of the words that reach us (a panic message, say), and
 * must not move the cursor, change the title or type with them.
 */
export const printable = (text: string): string => text.replace(controls, "\ufffd");
