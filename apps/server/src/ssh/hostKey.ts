import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CorralError } from "@corral/contracts";
import ssh2 from "ssh2";

const FILE = "ssh_host_ed25519_key";

export interface HostKey {
  /** In OpenSSH's own form. */
  readonly privateKey: string;
  /** As ssh shows it on the first visit: SHA256:… */
  readonly fingerprint: string;
}

/** The key by which people know this server again: made at the first start, kept in the data folder, mode 600. */
export const hostKeyOf = (home: string): HostKey => {
  const file = join(home, FILE);
  const privateKey = readKey(file) ?? makeKey(file);
  const parsed = parsedKey(privateKey);
  if (parsed === null) {
    throw new CorralError(
      "host_unfit",
      `${file} is not a private key, so that ssh clients could not know this server again. Put its backup in its place, ` +
        "or delete it: the next start makes a new one, and every client warns once that the key has changed.",
    );
  }
  const digest = createHash("sha256").update(parsed.getPublicSSH()).digest("base64");
  return { privateKey, fingerprint: `SHA256:${digest.replace(/=+$/, "")}` };
};

const readKey = (file: string): string | null => {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
};

const makeKey = (file: string): string => {
  const key = newPrivateKey();
  writeFileSync(file, key, { mode: 0o600, flag: "wx", flush: true });
  return key;
};

/** One in 256 keys that ssh2 1.17 makes is cut short, where its public half begins with a zero byte; then another is made. */
export const newPrivateKey = (): string => {
  for (;;) {
    const { private: key } = ssh2.utils.generateKeyPairSync("ed25519", { comment: "corral" });
    if (parsedKey(key) !== null) return key;
  }
};

const parsedKey = (privateKey: string) => {
  const parsed = ssh2.utils.parseKey(privateKey);
  return parsed instanceof Error || !parsed.isPrivateKey() ? null : parsed;
};
