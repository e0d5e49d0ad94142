const EVENT_CHARACTERS = 80;

/** What a person gave, as events show it: on one line, and not all of it. */
export const shown = (text: string): string => text.replace(/[\p{C}\u2028\u2029]+/gu, " ").slice(0, EVENT_CHARACTERS);
