import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { expect, onTestFinished, test } from "vitest";
import { hostKeyOf, newPrivateKey } from "./hostKey.ts";

test("every host key that is made can be read again", () => {
  const unreadable = Array.from({ length: 2_000 }, newPrivateKey).filter(
    (key) => ssh2.utils.parseKey(key) instanceof Error,
  );
  expect(unreadable).toEqual([]);
});

test("the host key is made once, for its owner alone, and a damaged one is never replaced in silence", () => {
  const home = mkdtempSync(join(tmpdir(), "corral-host-key-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const made = hostKeyOf(home);
  expect(hostKeyOf(home)).toEqual(made);
  const file = join(home, "ssh_host_ed25519_key");
  expect(statSync(file).mode & 0o777).toBe(0o600);

  for (const damaged of ["", "no key", made.privateKey.slice(0, -100)]) {
    writeFileSync(file, damaged);
    expect(() => hostKeyOf(home)).toThrow("is not a private key");
    expect(readFileSync(file, "utf8")).toBe(damaged);
  }
});
