import { z } from "zod";
import { line } from "./text.ts";

/** The page that a provider of single sign-on sends its users back to. */
export const SINGLE_SIGN_ON_PATH = "/single-sign-on";

/** Codes of some providers are kilobytes long. */
const ANSWER_MAXIMUM = 8_192;

export const loginWays = z.object({ singleSignOn: z.boolean() });

export const beginSingleSignOn = z.object({ url: z.url() });

export const finishSingleSignOn = z.strictObject({
  query: line(ANSWER_MAXIMUM).min(1).describe("The query of the address that the browser was sent back to"),
});
