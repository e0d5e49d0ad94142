import { z } from "zod";
import { quota } from "./quota.ts";
import { id, idOrName, line, name, newName, shownText, timestamp } from "./text.ts";

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

/** Says why a name is refused that is not plain: many characters look alike, and people must read who somebody is. */
const plainText = z.string().superRefine((text, context) => {
  const odd = [...text].find((character) => (character.codePointAt(0) ?? 0) > 0x7f);
  if (odd === undefined) return;
  const code = (odd.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  context.addIssue(
    `must be of a–z, 0–9 and hyphens: the character U+${code} in it can be taken for another one, and a name must be read as it is`,
  );
});

/** Of a user or a group. */
export const userName = plainText.pipe(newName);
/** The same where it may be the one that they have, which an older version may have taken. */
const presentUserName = plainText.pipe(name);

export const user = z.object({
  id,
  name,
  role,
  disabledAt: timestamp.nullable().describe("Since when they cannot log in; null: they can"),
  createdAt: timestamp,
});
export type User = z.infer<typeof user>;

/** The way that somebody came: the page, an API token, the admin socket, ssh, a watch-only link. */
export const callerWay = z.enum(["session", "token", "socket", "ssh", "link"]);
export type CallerWay = z.infer<typeof callerWay>;
export const person = user.extend({
  guests: z.int().describe("How many they own"),
  groups: z.array(shownText),
  quota: quota.nullable(),
  hasSecondFactor: z.boolean(),
  lastSeenAt: timestamp.nullable().describe("In a browser; null: not since their last login ended"),
  hasPassword: z.boolean().describe("False: a link for choosing one is still open, or they come by single sign-on"),
});
export type Person = z.infer<typeof person>;

export const newUser = z.strictObject({
  name: userName,
  role: role.default("user"),
  password: password.optional().describe("Default: none, and the answer has a link by which they choose one"),
});

export const userChanges = z
  .strictObject({ name: presentUserName, role, disabled: z.boolean(), quota: quota.nullable() })
  .partial();
export type UserChanges = z.infer<typeof userChanges>;

export const oneTimeLink = z.object({ url: z.string(), expiresAt: timestamp });
export const createdUser = z.object({ user: person, link: oneTimeLink.nullable() });

/** Days that an invitation is good for. */
export const INVITE_DAYS_MAXIMUM = 30;

export const invite = z.object({
  id,
  role,
  createdBy: shownText.nullable(),
  createdAt: timestamp,
  expiresAt: timestamp,
});
export type Invite = z.infer<typeof invite>;
export const newInvite = z.strictObject({
  role: role.default("user"),
  days: z.int().min(1).max(INVITE_DAYS_MAXIMUM).default(3),
});
export const createdInvite = invite.extend({ url: z.string().describe("Shown once; only a hash is kept") });

export const passwordChange = z.strictObject({ current: z.string().max(PASSWORD_MAXIMUM), password });

export const session = z.object({
  id,
  address: shownText,
  createdAt: timestamp,
  lastSeenAt: timestamp,
  expiresAt: timestamp,
  current: z.boolean().describe("The one that asks"),
});
export type Session = z.infer<typeof session>;

/** Groups, and people in one group. */
export const GROUP_MEMBERS_MAXIMUM = 1000;

export const group = z.object({
  id,
  name,
  members: z.array(shownText),
  quota: quota.nullable().describe("What all members may have together"),
  createdAt: timestamp,
});
export type Group = z.infer<typeof group>;
const members = z.array(idOrName).max(GROUP_MEMBERS_MAXIMUM);
export const newGroup = z.strictObject({ name: userName, members: members.default([]) });
export const groupChanges = z.strictObject({ name: presentUserName, members, quota: quota.nullable() }).partial();

export const me = z.object({
  user: user.pick({ id: true, name: true, role: true }),
  by: callerWay.describe("How this request proved who it is"),
});
export type Me = z.infer<typeof me>;

export const login = z.strictObject({
  name,
  password: z.string().max(PASSWORD_MAXIMUM),
  code: z.string().max(40).optional().describe("Of an authenticator, or a recovery code: for who has set one up"),
});

/** Redeems the one-time link: its secret came in the fragment, which no server or proxy log has seen. */
export const lookAtLink = z.strictObject({
  secret: z.string().regex(/^[A-Za-z0-9_-]{43}$/, "is not a secret from a login link"),
});
export const redeemLink = lookAtLink.extend({
  name: userName.optional().describe("For the first admin and for who is invited: they choose it here"),
  password: password.optional().describe("For the same, and for who chooses a new one"),
});

export const linkKind = z.enum(["first-admin", "login", "invite", "password"]).meta({
  description:
    "first-admin: makes the first admin; login: logs an admin in; invite: makes an account; password: its user chooses a new password",
});
export type LinkKind = z.infer<typeof linkKind>;
export const linkState = z.object({ kind: linkKind, user: shownText.nullable(), role: role.nullable() });

/** What a token may do at most. Each includes the one before it. */
export const tokenScope = z.enum(["read", "operate", "full"]).meta({
  description: "read: look and watch consoles; operate: also power and typing; full: whatever its user may do",
});
export type TokenScope = z.infer<typeof tokenScope>;

export const TOKEN_GUESTS_MAXIMUM = 100;

export const token = z.object({
  id,
  label: shownText,
  user: shownText,
  scope: tokenScope,
  guests: z.array(shownText).nullable().describe("The only guests it is good for; null: all that its user may see"),
  expiresAt: timestamp.nullable(),
  createdAt: timestamp,
  lastUsedAt: timestamp.nullable(),
});
export type Token = z.infer<typeof token>;

export const newToken = z.strictObject({
  label: line(100).min(1),
  scope: tokenScope.default("full"),
  guests: z.array(idOrName).min(1).max(TOKEN_GUESTS_MAXIMUM).nullable().default(null),
  expiresAt: timestamp.nullable().default(null),
});
export type NewToken = z.output<typeof newToken>;
export const createdToken = token.extend({ secret: z.string().describe("Shown once; only its hash is kept") });
