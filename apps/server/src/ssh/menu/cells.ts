/*
 * Text in the cells of a terminal. What guests and people have written is made harmless here: no control character, no
 * mark that turns the direction of writing or stacks upon the one before, and never wider than the room it is given.
 */

const NOT_DRAWN = /[\p{Cc}\p{Cf}\p{M}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Cn}]/gu;
/** Drawn in two cells, by East Asian Width and as emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f000}-\u{3fffd}]/u;

/** One line that every terminal draws and none obeys. */
export const drawable = (text: string): string => text.replace(/[\t-\r\u2028\u2029]+/gu, " ").replace(NOT_DRAWN, "");

const widthOf = (character: string): number => (WIDE.test(character) ? 2 : 1);

/** Exactly `width` cells: cut with … where there is more, filled with blanks where there is less. */
export const fit = (text: string, width: number): string => {
  let cut = "";
  let used = 0;
  for (const character of drawable(text)) {
    const cells = widthOf(character);
    if (used + cells > width) {
      while (cut !== "" && used > width - 1) {
        const last = [...cut].at(-1) ?? "";
        cut = cut.slice(0, -last.length);
        used -= widthOf(last);
      }
      return width < 1 ? "" : `${cut}…`.padEnd(cut.length + width - used);
    }
    cut += character;
    used += cells;
  }
  return cut + " ".repeat(width - used);
};
