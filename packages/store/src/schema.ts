import {
  type CallerWay,
  type EventResult,
  type GuestRight,
  imageLogin,
  imageOrigin,
  kernelAbilities,
  type LinkKind,
  passkeyTransports,
  quota,
  type Role,
  type Task,
  type TaskKind,
  type TokenScope,
  templateSize,
} from "@corral/contracts";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { z } from "zod";
import { jsonText } from "./jsonText.ts";
import { storedDefinition } from "./storedDefinition.ts";
import { storedTotp } from "./storedTotp.ts";

/*
 * The tables. After a change here: npx drizzle-kit generate (in this folder) writes the next numbered migration, which
 * is committed with it. Timestamps are ISO 8601 in UTC, so that they sort as text.
 */

export const users = sqliteTable("users", {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  role: text().$type<Role>().notNull(),
  /** Empty: no password opens the account. */
  passwordHash: text("password_hash").notNull(),
  createdAt: text("created_at").notNull(),
  disabledAt: text("disabled_at"),
  quota: jsonText(quota)(),
  totp: jsonText(storedTotp)(),
});

export const sessions = sqliteTable("sessions", {
  id: text().primaryKey(),
  /** SHA-256 of the cookie's secret: whoever reads the database cannot log in with what stands there. */
  hash: text().notNull().unique(),
  userId: text("user_id")
    .notNull()
    .references(() => users.id, { onDelete: "cascade" }),
  address: text().notNull(),
  createdAt: text("created_at").notNull(),
  lastSeenAt: text("last_seen_at").notNull(),
  expiresAt: text("expires_at").notNull(),
});

/** Accounts whose users log in with a provider of single sign-on. */
export const identities = sqliteTable(
  "identities",
  {
    issuer: text().notNull(),
    subject: text().notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
  },
  (table) => [primaryKey({ columns: [table.issuer, table.subject] })],
);

export const loginLinks = sqliteTable("login_links", {
  id: text().primaryKey(),
  hash: text().notNull().unique(),
  kind: text().$type<LinkKind>().notNull(),
  /** Whom it logs in, or who chooses a password by it. */
  userId: text("user_id").references(() => users.id, { onDelete: "cascade" }),
  /** What an invitation makes somebody. */
  role: text().$type<Role>(),
  createdBy: text("created_by"),
  createdAt: text("created_at").notNull(),
  expiresAt: text("expires_at").notNull(),
  usedAt: text("used_at"),
});

export const tokens = sqliteTable(
  "tokens",
  {
    id: text().primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    label: text().notNull(),
    hash: text().notNull(),
    createdAt: text("created_at").notNull(),
    lastUsedAt: text("last_used_at"),
    scope: text().$type<TokenScope>().notNull().default("full"),
    /** The only guests it is good for; null: all that its user may see. */
    guestIds: jsonText(z.array(z.string()))("guest_ids"),
    expiresAt: text("expires_at"),
  },
  (table) => [index("tokens_by_user").on(table.userId)],
);

/** Public keys that log a user in over ssh. */
export const sshKeys = sqliteTable(
  "ssh_keys",
  {
    id: text().primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    label: text().notNull(),
    type: text().notNull(),
    /** The key itself in base64, as it stands in an authorized_keys file. */
    blob: text().notNull(),
    fingerprint: text().notNull(),
    createdAt: text("created_at").notNull(),
    lastUsedAt: text("last_used_at"),
  },
  (table) => [uniqueIndex("ssh_keys_of_user").on(table.userId, table.fingerprint)],
);

/** What people prove their logins with beside the password, or instead of it: public keys of WebAuthn. */
export const passkeys = sqliteTable(
  "passkeys",
  {
    id: text().primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    label: text().notNull(),
    /** What the authenticator calls it. */
    credentialId: text("credential_id").notNull().unique(),
    /** As COSE writes it, in base64url. */
    publicKey: text("public_key").notNull(),
    /** Uses that the authenticator has counted; 0: it does not count. */
    counter: integer().notNull(),
    /** How a browser may reach it. */
    transports: jsonText(passkeyTransports)().notNull(),
    createdAt: text("created_at").notNull(),
    lastUsedAt: text("last_used_at"),
  },
  (table) => [index("passkeys_by_user").on(table.userId)],
);

export const kernels = sqliteTable("kernels", {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  path: text().notNull().unique(),
  version: text().notNull(),
  abilities: jsonText(kernelAbilities)().notNull(),
  modules: text(),
  createdAt: text("created_at").notNull(),
});

export const images = sqliteTable("images", {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  /** Name of its file in the images folder. */
  file: text().notNull().unique(),
  origin: jsonText(imageOrigin)().notNull(),
  login: jsonText(imageLogin)().notNull(),
  sizeBytes: integer("size_bytes").notNull(),
  /** Whole seconds, as a COW header keeps it: a file whose time differs is not the one that was registered. */
  mtimeS: integer("mtime_s").notNull(),
  sha256: text().notNull(),
  createdAt: text("created_at").notNull(),
});

export const guests = sqliteTable("guests", {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  ownerId: text("owner_id")
    .notNull()
    .references(() => users.id, { onDelete: "restrict" }),
  kernelId: text("kernel_id")
    .notNull()
    .references(() => kernels.id, { onDelete: "restrict" }),
  definition: jsonText(storedDefinition)().notNull(),
  createdAt: text("created_at").notNull(),
  /** Since when it waits to be deleted for good; null: it is there. */
  discardedAt: text("discarded_at"),
  /** Grows by one with each change of the definition: whoever changes it says which one they saw. */
  revision: integer().notNull().default(1),
});

export const templates = sqliteTable("templates", {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  description: text().notNull(),
  imageId: text("image_id")
    .notNull()
    .references(() => images.id, { onDelete: "cascade" }),
  kernelId: text("kernel_id").references(() => kernels.id, { onDelete: "set null" }),
  sizes: jsonText(z.array(templateSize))().notNull(),
  createdAt: text("created_at").notNull(),
});

/** Which image each disk stands on. The link keeps an image that is in use from being deleted. */
export const guestImages = sqliteTable(
  "guest_images",
  {
    guestId: text("guest_id")
      .notNull()
      .references(() => guests.id, { onDelete: "cascade" }),
    ubd: integer().notNull(),
    imageId: text("image_id")
      .notNull()
      .references(() => images.id, { onDelete: "restrict" }),
  },
  (table) => [primaryKey({ columns: [table.guestId, table.ubd] }), index("guest_images_by_image").on(table.imageId)],
);

/** Who may type into a guest's consoles together, and whether it is recorded. No row: nobody, and no. */
export const guestTyping = sqliteTable("guest_typing", {
  guestId: text("guest_id")
    .primaryKey()
    .references(() => guests.id, { onDelete: "cascade" }),
  shared: jsonText(z.array(z.string()))().notNull(),
  recorded: integer({ mode: "boolean" }).notNull(),
});

export const watchLinks = sqliteTable(
  "watch_links",
  {
    id: text().primaryKey(),
    guestId: text("guest_id")
      .notNull()
      .references(() => guests.id, { onDelete: "cascade" }),
    console: text().notNull(),
    /** SHA-256 of the link's secret. */
    hash: text().notNull().unique(),
    label: text().notNull(),
    /** Name of who gave it out. */
    createdBy: text("created_by").notNull(),
    createdAt: text("created_at").notNull(),
    expiresAt: text("expires_at").notNull(),
    /** Id of who gave it out: it ends when they lose the guest. Null: the admin socket, before there was an admin. */
    createdById: text("created_by_id").references(() => users.id, { onDelete: "cascade" }),
  },
  (table) => [index("watch_links_by_guest").on(table.guestId)],
);

export const groups = sqliteTable("groups", {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  createdAt: text("created_at").notNull(),
  quota: jsonText(quota)(),
});

export const groupMembers = sqliteTable(
  "group_members",
  {
    groupId: text("group_id")
      .notNull()
      .references(() => groups.id, { onDelete: "cascade" }),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
  },
  (table) => [primaryKey({ columns: [table.groupId, table.userId] }), index("group_members_by_user").on(table.userId)],
);

/** Whom a guest is shared with: each row names a user or a group. */
export const guestGrants = sqliteTable(
  "guest_grants",
  {
    guestId: text("guest_id")
      .notNull()
      .references(() => guests.id, { onDelete: "cascade" }),
    userId: text("user_id").references(() => users.id, { onDelete: "cascade" }),
    groupId: text("group_id").references(() => groups.id, { onDelete: "cascade" }),
    right: text().$type<GuestRight>().notNull(),
  },
  (table) => [
    uniqueIndex("guest_grants_by_user").on(table.userId, table.guestId),
    uniqueIndex("guest_grants_by_group").on(table.groupId, table.guestId),
    index("guest_grants_by_guest").on(table.guestId),
  ],
);

/** The audit log: rows are added and read, never changed. AUTOINCREMENT: a number is never given twice. */
export const events = sqliteTable(
  "events",
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    at: text().notNull(),
    type: text().notNull(),
    actor: text(),
    subject: text(),
    /** Who owned the guest when it happened: they may see it. Not a link, since events outlive users. */
    ownerId: text("owner_id"),
    message: text().notNull(),
    data: jsonText(z.record(z.string(), z.unknown()))().notNull(),
    /** The way the actor came, and where from. */
    by: text().$type<CallerWay>(),
    source: text(),
    result: text().$type<EventResult>().notNull().default("done"),
  },
  (table) => [
    index("events_by_subject").on(table.subject, table.seq),
    index("events_by_owner").on(table.ownerId, table.seq),
  ],
);

export const tasks = sqliteTable(
  "tasks",
  {
    id: text().primaryKey(),
    kind: text().$type<TaskKind>().notNull(),
    title: text().notNull(),
    state: text().$type<Task["state"]>().notNull(),
    step: text(),
    actor: text().notNull(),
    subject: text(),
    error: text(),
    /** The last part of what it printed, and the offset of its first character. */
    output: text().notNull().default(""),
    outputFrom: integer("output_from").notNull().default(0),
    createdAt: text("created_at").notNull(),
    endedAt: text("ended_at"),
  },
  (table) => [index("tasks_by_time").on(table.createdAt)],
);

export const settings = sqliteTable("settings", {
  name: text().primaryKey(),
  value: jsonText(z.unknown())().notNull(),
});
