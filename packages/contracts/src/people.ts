import { z } from "zod";
import { id, line, name, timestamp } from "./text.ts";

export const role = z.enum(["user", "operator", "admin"]);
export type Role = z.infer<typeof role>;

/** Long enough to resist guessing at the speed that the login's rate limit allows. */
export const PASSWORD_MINIMUM = 10;
/** argon2 hashes any length; this bounds the work a stranger can ask for. */
export const PASSWORD_MAXIMUM = 1000;

export const password = z
  .string()
  .min(PASSWORD_MINIMUM, `must be at least ${PASSWORD_MINIMUM} characters`)
  .max(PASSWORD_MAXIMUM, `must be at most ${PASSWORD_MAXIMUM} characters`);

export const user = z.object({ id, name, role, createdAt: timestamp });
export type User = z.infer<typeof user>;

/** The way that somebody came: the page, an API token, the admin socket, ssh, a watch-only link. */
export const callerWay = z.enum(["session", "token", "socket", "ssh", "link"]);
export type CallerWay = z.infer<typeof callerWay>;

export const me = z.object({
  user: user.pick({ id: true, name: true, role: true }),
  by: callerWay.describe("How this request proved who it is"),
});
export type Me = z.infer<typeof me>;

export const login = z.strictObject({ name, password: z.string().max(PASSWORD_MAXIMUM) });

/** Redeems the one-time link: its secret came in the fragment, which no server or proxy log has seen. */
export const redeemLink = z.strictObject({
  secret: z.string().regex(/^[A-Za-z0-9_-]{43}$/, "is not a secret from a login link"),
  name: name.optional().describe("Only for the first admin, who chooses name and password here"),
  password: password.optional(),
});

export const linkState = z.object({
  usable: z.boolean(),
  firstAdmin: z.boolean().describe("There is no admin yet: the link creates the first"),
});

export const token = z.object({
  id,
  label: z.string(),
  user: z.string(),
  createdAt: timestamp,
  lastUsedAt: timestamp.nullable(),
});
export type Token = z.infer<typeof token>;

export const newToken = z.strictObject({ label: line(100).min(1) });
export const createdToken = token.extend({ secret: z.string().describe("Shown once; only its hash is kept") });
