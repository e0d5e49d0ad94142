/*
 * What a person means who types into the palette: the beginning of a name or of a word. Letters that are scattered over a
 * line mean nothing ("undo" is no "shUt DOwN"), since what stands first is done with the next press of a key.
 */

const EXACT = 1;
const BEGINNING = 0.9;
const WORDS = 0.7;
/** Inside a name, for those who remember its end. */
const INSIDE = 0.3;
const INSIDE_MINIMUM_CHARACTERS = 3;

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/**
 * How well something fits what was typed: 0 (not at all) to 1. `name` is what is read of it; `others` are words that it is
 * found by too.
 */
export const paletteMatch = (typed: string, name: string, others: readonly string[] = []): number => {
  const text = typed.trim().toLowerCase();
  const wanted = wordsOf(text);
  if (wanted.length === 0) return text === "" ? EXACT : 0;
  const plain = name.toLowerCase();
  if (plain === text) return EXACT;
  if (plain.startsWith(text)) return BEGINNING;
  const known = [name, ...others].flatMap(wordsOf);
  if (wanted.every((word) => known.some((other) => other.startsWith(word)))) return WORDS;
  return text.length >= INSIDE_MINIMUM_CHARACTERS && plain.includes(text) ? INSIDE : 0;
};
