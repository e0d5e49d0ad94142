const TEXT_MAXIMUM = 200;

/** What the guest says of itself, fit to be shown: on one line, without control characters, and bounded. */
export const printable = (text: string): string =>
  text
    .replace(/[\p{C}\u2028\u2029]+/gu, " ")
    .trim()
    .slice(0, TEXT_MAXIMUM);
