import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parsePublicKey } from "./sshKey.ts";

/** A key made by OpenSSH, and its fingerprint in OpenSSH's words. */
const made = (...args: string[]) => {
  const folder = mkdtempSync(join(tmpdir(), "corral-key-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "id");
  execFileSync("ssh-keygen", ["-q", "-N", "", "-C", "ada@laptop home", "-f", file, ...args]);
  const [, fingerprint] = execFileSync("ssh-keygen", ["-lf", `${file}.pub`], { encoding: "utf8" }).split(" ");
  return { line: readFileSync(`${file}.pub`, "utf8").trim(), secret: readFileSync(file, "utf8"), fingerprint };
};

test.each([
  ["ssh-ed25519", ["-t", "ed25519"]],
  ["ecdsa-sha2-nistp256", ["-t", "ecdsa", "-b", "256"]],
  ["ecdsa-sha2-nistp521", ["-t", "ecdsa", "-b", "521"]],
  ["ssh-rsa", ["-t", "rsa", "-b", "2048"]],
])("takes %s, with the fingerprint that OpenSSH prints", (type, args) => {
  const { line, fingerprint } = made(...args);
  expect(parsePublicKey(line)).toMatchObject({ type, fingerprint, comment: "ada@laptop home" });
});

test("says what is wrong with what is no key", () => {
  const { line, secret } = made("-t", "ed25519");
  const [type = "", blob = ""] = line.split(" ");
  const tries: [string, string][] = [
    [secret, "private key"],
    ["", "one line"],
    [`command="ls" ${line}`, "without options"],
    [`${type} ${blob.slice(0, -8)}`, "cut off"],
    [`${type} ${blob}%`, "not base64"],
    [`ssh-rsa ${blob}`, "not the type inside"],
    [`ssh-dss ${Buffer.from("\0\0\0\x07ssh-dss").toString("base64")}`, "ssh-dss are not taken"],
    [`${type} ${Buffer.from("\0\0\0\x0bssh-ed25519").toString("base64")}`, "not a whole"],
    [made("-t", "rsa", "-b", "1024").line, "2048 to 16384 bits; this has 1024"],
  ];
  for (const [text, reason] of tries) expect(() => parsePublicKey(text), reason).toThrow(reason);
});
