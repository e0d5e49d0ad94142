import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readSettings } from "./settings.ts";

const refusal = (env: Record<string, string>, args: string[] = []) => {
  try {
    readSettings(env, args);
  } catch (error) {
    return (error as Error).message;
  }
  return "accepted";
};

const certificate = () => {
  const folder = mkdtempSync(join(tmpdir(), "corral-tls-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "pem"), "pem");
  return { CORRAL_TLS_CERT: join(folder, "pem"), CORRAL_TLS_KEY: join(folder, "pem") };
};

test("nothing set means this machine only", () => {
  expect(readSettings({ CORRAL_PORT: "" }, [])).toEqual({
    home: join(homedir(), ".local/share/corral"),
    host: "127.0.0.1",
    port: 7070,
    origins: [],
    trustedProxies: [],
    tls: null,
    oidc: null,
    ssh: { isOpen: null, host: "127.0.0.1", port: null },
    cgroup: null,
    debugger: false,
    stopGuests: false,
    logLevel: "warn",
  });
  expect(readSettings({ CORRAL_SSH: "1" }, []).ssh).toMatchObject({ isOpen: true, port: null });
  expect(readSettings({ CORRAL_SSH: "1" }, ["--no-ssh"]).ssh.isOpen).toBe(false);
  expect(readSettings({ CORRAL_SSH: "0" }, ["--ssh"]).ssh.isOpen).toBe(true);
  expect(readSettings({ CORRAL_SSH: "0" }, []).ssh.isOpen).toBe(false);
  expect(readSettings({ CORRAL_SSH: "1", CORRAL_SSH_PORT: "22", CORRAL_SSH_HOST: "::" }, []).ssh).toEqual({
    isOpen: true,
    host: "::",
    port: 22,
  });
  expect(readSettings({ XDG_DATA_HOME: "/srv/data" }, []).home).toBe("/srv/data/corral");
  expect(readSettings({ CORRAL_HOME: "/srv/corral" }, ["--stop-guests"])).toMatchObject({
    home: "/srv/corral",
    stopGuests: true,
  });
});

test("single sign-on wants all of its settings", () => {
  const whole = {
    CORRAL_OIDC_ISSUER: "https://login.example/realms/main",
    CORRAL_OIDC_CLIENT_ID: "corral",
    CORRAL_OIDC_CLIENT_SECRET: "secret",
    CORRAL_OIDC_GROUPS: "night shift=operator, cn=ops=admin",
  };
  const oidc = {
    issuer: "https://login.example/realms/main",
    clientId: "corral",
    clientSecret: "secret",
    roles: [
      { group: "night shift", role: "operator" },
      { group: "cn=ops", role: "admin" },
    ],
  };
  expect(readSettings(whole, []).oidc).toEqual(oidc);
  const file = certificate().CORRAL_TLS_KEY;
  const fromFile = { ...whole, CORRAL_OIDC_CLIENT_SECRET: "", CORRAL_OIDC_CLIENT_SECRET_FILE: file };
  expect(readSettings(fromFile, []).oidc?.clientSecret).toBe("pem");
  for (const field of Object.keys(whole)) expect(refusal({ ...whole, [field]: "" })).toContain(`${field}: `);
  expect(refusal({ ...fromFile, CORRAL_OIDC_CLIENT_SECRET: "too" })).toContain("set one");
  expect(refusal({ ...fromFile, CORRAL_OIDC_CLIENT_SECRET_FILE: "/no/such" })).toContain("ENOENT");
  expect(refusal({ ...whole, CORRAL_OIDC_ISSUER: "http://login.example" })).toContain("must be the https address");
  for (const groups of ["ops", "ops=root", "=admin"]) {
    expect(refusal({ ...whole, CORRAL_OIDC_GROUPS: groups })).toContain(`${groups} is not group=role`);
  }
});

test("every wrong setting is named with what it may be", () => {
  const message = refusal({
    CORRAL_PORT: "99999",
    CORRAL_HOST: "corral.example",
    CORRAL_TRUSTED_PROXIES: "10.0.0.0/33,x",
  });
  for (const name of ["CORRAL_PORT", "CORRAL_HOST", "CORRAL_TRUSTED_PROXIES"]) expect(message).toContain(name);
  expect(refusal({ CORRAL_ORIGINS: "https://corral.example/path" })).toContain("not an origin");
  expect(refusal({}, ["--start-guests"])).toContain("--stop-guests");
  expect(refusal({ CORRAL_TLS_CERT: "/no/such", CORRAL_TLS_KEY: "/no/such" })).toContain("ENOENT");
  expect(refusal({ CORRAL_TLS_KEY: "/no/such" })).toContain("CORRAL_TLS_CERT: is needed");
});

test("other machines come in only over HTTPS, and only by names that were set", () => {
  expect(refusal({ CORRAL_HOST: "0.0.0.0" })).toMatch(/CORRAL_TLS_CERT.*CORRAL_TRUSTED_PROXIES.*ssh -L/s);
  expect(refusal({ CORRAL_HOST: "::" })).toContain("CORRAL_HOST");
  expect(refusal({ CORRAL_HOST: "0.0.0.0", ...certificate() })).toContain("CORRAL_ORIGINS");
  expect(refusal({ CORRAL_HOST: "0.0.0.0", ...certificate(), CORRAL_ORIGINS: "http://corral.example" })).toContain(
    "https",
  );
  expect(refusal({ CORRAL_HOST: "0.0.0.0", ...certificate(), CORRAL_ORIGINS: "https://corral.example" })).toBe(
    "accepted",
  );
  expect(refusal({ CORRAL_HOST: "127.0.0.2" })).toBe("accepted");
  expect(refusal({ CORRAL_HOST: "::1" })).toBe("accepted");
  expect(
    refusal({ CORRAL_TRUSTED_PROXIES: "10.0.0.0/8", CORRAL_ORIGINS: "https://corral.example, https://c.example" }),
  ).toBe("accepted");
});
