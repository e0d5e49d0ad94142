import { z } from "zod";
import { inReadingOrder, turnsDirection } from "./printable.ts";

/*
 * The kinds of text a person may type. Every field of every entity is one of these, so that nothing typed reaches a
 * kernel command line, a path, SQL or a terminal with a character in it that means something there.
 */

/** Matches C0 controls, DEL, C1 controls and the separators that end a line in Unicode. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: naming control characters is the purpose here
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same, but a line feed and a tab are wanted in notes
const controlCharactersButLines = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** A DNS label: 1–63 of a–z, 0–9 and inner hyphens. It is also a host name, a file name and a command line word. */
export const name = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "must be 1 to 63 of a–z, 0–9 and hyphens, and begin and end with a letter or a digit",
  );

/** Names of images and kernels also carry versions, so a dot and an underscore are allowed inside. */
export const libraryName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/,
    "must be 1 to 63 of a–z, 0–9, dots, underscores and hyphens, and begin and end with a letter or a digit",
  );

const idForm = /^[a-z0-9]{16}$/;

export const id = z.string().regex(idForm, "must be an id of 16 letters and digits");

/** Whether a name could be taken for an id: both are given in the same places. */
export const looksLikeId = (text: string): boolean => idForm.test(text);
export const LIKE_AN_ID =
  "must not be exactly 16 letters and digits: so are ids, and one that is named like another's id would be taken for it. Put a hyphen in, or make it shorter or longer";

/** Names of what is found by name or by id, when they are given. What older versions took is still a name. */
export const newName = name.refine((text) => !looksLikeId(text), LIKE_AN_ID);
export const newLibraryName = libraryName.refine((text) => !looksLikeId(text), LIKE_AN_ID);

/** Where the API takes one thing, it takes its id or its name. */
export const idOrName = z.string().regex(/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/, "must be an id or a name");

const WITHOUT_TURNS =
  "must not contain characters that turn the direction of writing (U+202E and the like): it is to be read as it is";

export const line = (maximum: number) =>
  z
    .string()
    .max(maximum, `must be at most ${maximum} characters`)
    .refine((text) => !controlCharacters.test(text), "must be one line without control characters")
    .refine((text) => !turnsDirection(text), WITHOUT_TURNS);

export const paragraphs = (maximum: number) =>
  z
    .string()
    .max(maximum, `must be at most ${maximum} characters`)
    .refine((text) => !controlCharactersButLines.test(text), "must not contain control characters")
    .refine((text) => !turnsDirection(text), WITHOUT_TURNS);

/**
 * Text of an answer that a guest, a stranger or an earlier version of Corral has written, who were bound by nothing. It
 * is shown in the order in which it is written: the server and every client make it so, here.
 */
export const shownText = z.string().overwrite(inReadingOrder);

/**
 * A path on the host. Commas, colons and blanks are refused because UML separates with them and knows no escape
 * (docs/uml.md, "Disks" and "Command line").
 */
export const hostPath = z
  .string()
  .max(1024, "must be at most 1024 characters")
  .regex(/^\/[A-Za-z0-9._/@+-]+$/, "must be an absolute path of letters, digits and . _ / @ + -")
  .refine((path) => !path.split("/").includes(".."), "must not contain '..'");

/** Addresses that are longer are of no use to come back to. */
const PAGE_PATH_MAXIMUM = 1000;

/**
 * An address of Corral's own page, as a browser writes it: never one that a browser reads as another server's, such as
 * //host, /\host, or either with a tab inside.
 */
export const pagePath = z
  .string()
  .max(PAGE_PATH_MAXIMUM)
  .regex(/^\/(?![/\\])[\x21-\x7e]*$/, "must be an address of this page, from its first slash");

export const timestamp = z.iso.datetime();
