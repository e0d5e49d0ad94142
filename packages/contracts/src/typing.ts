import { z } from "zod";
import { consoleName } from "./guestDefinition.ts";
import { shownText, timestamp } from "./text.ts";

/** What holds for everybody who types into one console, told to all its viewers. */
export const typingRules = z.object({
  shared: z.boolean().describe("All who may write type together; otherwise one at a time"),
  recorded: z.boolean().describe("What is typed is kept, not only how much"),
});
export type TypingRules = z.infer<typeof typingRules>;

/** The same for a guest, as whoever manages it sets it. */
export const guestTyping = z.strictObject({
  shared: z.array(consoleName).max(80).describe("Consoles into which all who may write type together"),
  recorded: z.boolean().describe("What is typed into its consoles is kept, and every viewer is told so"),
});
export type GuestTyping = z.infer<typeof guestTyping>;

export const guestTypingChanges = guestTyping.partial();
export type GuestTypingChanges = z.infer<typeof guestTypingChanges>;

export const typedEntry = z.object({
  console: shownText,
  at: timestamp,
  user: shownText,
  from: shownText,
  offset: z.int().describe("Length of the console's log when it was typed"),
  text: shownText.describe("Most often a line. It may hold passwords: programs that hide them read them all the same"),
});
export type TypedEntry = z.infer<typeof typedEntry>;
