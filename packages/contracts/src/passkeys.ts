import { z } from "zod";
import { login, PASSWORD_MAXIMUM } from "./people.ts";
import { id, line, shownText, timestamp } from "./text.ts";

/** Passkeys that one person may have: more than anybody has devices. */
export const PASSKEYS_MAXIMUM = 20;

/** Characters of the longest id that WebAuthn allows, 1023 bytes. */
const CREDENTIAL_ID_MAXIMUM = 1364;
/** Of what an authenticator sends. What is not attested by a maker, and nothing is here, stays far below. */
const ANSWER_MAXIMUM = 8_192;

export const passkey = z.object({
  id,
  label: shownText,
  createdAt: timestamp,
  lastUsedAt: timestamp.nullable(),
});
export type Passkey = z.infer<typeof passkey>;

/* The rest is WebAuthn's own JSON, as far as it is used; browsers add more, which is left out. */

const base64url = (maximum: number) =>
  z
    .string()
    .min(1)
    .max(maximum)
    .regex(/^[A-Za-z0-9_-]+$/, "must be base64url");
const credentialId = base64url(CREDENTIAL_ID_MAXIMUM);
const publicKey = z.literal("public-key");

/** How a browser may reach an authenticator: usb, nfc, internal … */
export const passkeyTransports = z.array(z.string().regex(/^[a-z-]{1,32}$/)).max(10);

const descriptor = z.object({ id: z.string(), type: publicKey, transports: passkeyTransports });
const userVerification = z.enum(["required", "preferred", "discouraged"]);

const current = z.string().max(PASSWORD_MAXIMUM).describe("My present password");
export const beginPasskey = z.strictObject({ current });
export const removePasskey = z.strictObject({ current });

/** PublicKeyCredentialCreationOptionsJSON. */
export const passkeyCreation = z.object({
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  challenge: z.string().describe("Good once, for five minutes"),
  pubKeyCredParams: z.array(z.object({ type: publicKey, alg: z.int() })),
  timeout: z.int(),
  excludeCredentials: z.array(descriptor),
  authenticatorSelection: z.object({ residentKey: z.literal("preferred"), userVerification }),
  attestation: z.literal("none"),
});
export type PasskeyCreation = z.output<typeof passkeyCreation>;

export const newPasskey = z.strictObject({
  label: line(100).min(1),
  /** RegistrationResponseJSON. */
  response: z.object({
    id: credentialId,
    rawId: credentialId,
    type: publicKey,
    response: z.object({
      clientDataJSON: base64url(ANSWER_MAXIMUM),
      attestationObject: base64url(ANSWER_MAXIMUM),
      // Only a hint: an odd one is no reason to refuse.
      transports: passkeyTransports.default([]).catch([]),
    }),
  }),
});
export type PasskeyRegistration = z.output<typeof newPasskey>["response"];

export const beginPasskeyLogin = z.strictObject({
  account: login
    .omit({ code: true })
    .optional()
    .describe("Whose second factor it is; without it, it is the login itself"),
});

/** PublicKeyCredentialRequestOptionsJSON. */
export const passkeyRequest = z.object({
  rpId: z.string(),
  challenge: z.string().describe("Good once, for five minutes"),
  timeout: z.int(),
  allowCredentials: z.array(descriptor).describe("Empty: whichever the authenticator has"),
  userVerification,
});
export type PasskeyRequest = z.output<typeof passkeyRequest>;

export const passkeyLogin = z.strictObject({
  /** AuthenticationResponseJSON. */
  response: z.object({
    id: credentialId,
    rawId: credentialId,
    type: publicKey,
    response: z.object({
      clientDataJSON: base64url(ANSWER_MAXIMUM),
      authenticatorData: base64url(ANSWER_MAXIMUM),
      signature: base64url(ANSWER_MAXIMUM),
      userHandle: base64url(100).nullish(),
    }),
  }),
});
export type PasskeyAssertion = z.output<typeof passkeyLogin>["response"];
