import { z } from "zod";
import { me } from "./people.ts";
import { line, pagePath } from "./text.ts";

/** The page that a provider of single sign-on sends its users back to. */
export const SINGLE_SIGN_ON_PATH = "/single-sign-on";

/** Codes of some providers are kilobytes long. */
const ANSWER_MAXIMUM = 8_192;

export const loginWays = z.object({
  singleSignOn: z.boolean(),
  passkeys: z
    .url()
    .nullable()
    .describe("The address at which passkeys work; null: the server has no name, and they need one"),
});

export const beginSingleSignOn = z.strictObject({ to: pagePath.optional().describe("The page to come back to") });
export const begunSingleSignOn = z.object({ url: z.url() });

export const finishSingleSignOn = z.strictObject({
  query: line(ANSWER_MAXIMUM).min(1).describe("The query of the address that the browser was sent back to"),
});

export const singleSignOnDone = me.extend({ to: pagePath.describe("The page that was wanted when the login began") });
