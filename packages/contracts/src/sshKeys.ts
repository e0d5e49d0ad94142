import { z } from "zod";
import { id, line, shownText, timestamp } from "./text.ts";

/** Keys that one person may have: more than anybody has machines. */
export const SSH_KEYS_MAXIMUM = 50;
/** A line with an RSA key of 16384 bits and a long comment. */
export const SSH_KEY_MAXIMUM_CHARACTERS = 4096;

export const sshKey = z.object({
  id,
  label: shownText,
  type: shownText.describe("Such as ssh-ed25519"),
  fingerprint: shownText.describe("SHA256:…, as ssh-keygen -l prints it"),
  createdAt: timestamp,
  lastUsedAt: timestamp.nullable(),
});
export type SshKey = z.infer<typeof sshKey>;

export const newSshKey = z.strictObject({
  key: line(SSH_KEY_MAXIMUM_CHARACTERS).min(1).describe("One line as in id_ed25519.pub: type, key, comment"),
  label: line(100).optional().describe("Default: the key's comment"),
});
