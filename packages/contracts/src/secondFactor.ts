import { z } from "zod";
import { PASSWORD_MAXIMUM } from "./people.ts";

const current = z.string().max(PASSWORD_MAXIMUM).describe("My present password");

export const secondFactorState = z.object({
  on: z.boolean().describe("Logins need more than the password"),
  authenticator: z.boolean().describe("One is set up; passkeys have a list of their own"),
  recoveryCodes: z.int().describe("How many are left"),
});

export const beginTotp = z.strictObject({ current });
export const totpSecret = z.object({
  secret: z.string().describe("For typing it into an authenticator"),
  uri: z.string().describe("The same as otpauth://, for its camera"),
});
export const confirmTotp = z.strictObject({
  code: z.string().regex(/^\s*[0-9]{3}\s*[0-9]{3}\s*$/, "must be six digits"),
});
export const recoveryCodes = z.object({
  recoveryCodes: z.array(z.string()).describe("Each logs in once. Shown once."),
});
export const removeSecondFactor = z.strictObject({ current });
