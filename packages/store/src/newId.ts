import { randomInt } from "node:crypto";

const ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
/** 36^16 is 83 bits: no two are ever alike, and none can be guessed. */
const ID_LENGTH = 16;

/** A new id, good as a file name, a host name and a word of a command line. */
export const newId = (): string =>
  Array.from({ length: ID_LENGTH }, () => ID_CHARACTERS[randomInt(ID_CHARACTERS.length)]).join("");
