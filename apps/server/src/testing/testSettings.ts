import type { Settings } from "../settings.ts";

/** Settings of a server that a test has to itself: on this machine alone, on any port, with nothing switched on. */
export const testSettings = (home: string, changes: Partial<Settings> = {}): Settings => ({
  home,
  host: "127.0.0.1",
  port: 0,
  origins: [],
  trustedProxies: [],
  tls: null,
  oidc: null,
  ssh: { isOpen: null, host: "127.0.0.1", port: 0 },
  cgroup: null,
  debugger: false,
  stopGuests: true,
  logLevel: "warn",
  ...changes,
});
