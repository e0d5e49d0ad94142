/** Escape sequences (CSI, OSC, DCS and the short ones), then every control character that is not a line's end or a tab. */
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: naming control characters is the purpose here
  /\u001b(\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(\u0007|\u001b\\)?|[ -/]*[0-~])|\r(?=\n)|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Console output as text that is safe and readable outside a terminal. */
export const plainText = (output: string): string => output.replace(ESCAPES, "");

/** The last line with anything on it. */
export const lastLine = (text: string): string =>
  text
    .slice(-4096)
    .split("\n")
    .findLast((line) => line.trim() !== "")
    ?.trim() ?? "";
