/** Unicode has a picture for each control character, from here on. */
const CONTROL_PICTURES = 0x2400;
const PICTURE_OF_DELETE = "\u2421";

/** What was typed, with a sign in the place of each key that has no letter. */
export const visibleKeys = (text: string): string =>
  text
    .replace(/[\r\n]/g, "\u23ce")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: naming control characters is the purpose here
    .replace(/[\u0000-\u001f]/g, (key) => String.fromCharCode(CONTROL_PICTURES + key.charCodeAt(0)))
    .replace(/\u007f/g, PICTURE_OF_DELETE)
    .replace(/[\u0080-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, "\ufffd");
