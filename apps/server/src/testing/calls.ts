import { type EndpointName, endpoints } from "@corral/contracts";

/** A valid body for each endpoint that takes one. */
const BODIES: Partial<Record<EndpointName, unknown>> = {
  lookAtLink: { secret: "x".repeat(43) },
  redeemLink: { secret: "x".repeat(43) },
  beginSingleSignOn: {},
  finishSingleSignOn: { query: "code=x&state=y" },
  logIn: { name: "nobody", password: "wrong password" },
  createToken: { label: "a token" },
  changePassword: { current: "a wrong password", password: "another password" },
  createUser: { name: "newcomer", password: "a good password" },
  changeUser: { role: "user" },
  createInvite: {},
  beginTotp: { current: "a wrong password" },
  confirmTotp: { code: "123456" },
  removeSecondFactor: { current: "a wrong password" },
  beginPasskeyLogin: {},
  logInWithPasskey: {
    response: {
      id: "AAAA",
      rawId: "AAAA",
      type: "public-key",
      response: { clientDataJSON: "e30", authenticatorData: "AAAA", signature: "AAAA" },
    },
  },
  beginPasskey: { current: "a wrong password" },
  createPasskey: {
    label: "a key",
    response: {
      id: "AAAA",
      rawId: "AAAA",
      type: "public-key",
      response: { clientDataJSON: "e30", attestationObject: "AAAA" },
    },
  },
  removePasskey: { current: "a wrong password" },
  createTemplate: { name: "small-debian", image: "demo", sizes: [{ name: "small", memoryMiB: 64 }] },
  changeTemplate: { description: "changed" },
  createFromTemplate: { name: "from-template", size: "small" },
  createGroup: { name: "team" },
  changeGroup: { members: [] },
  changeGuestAccess: { grants: [] },
  changeSshDoor: { isOpen: false },
  createKey: { key: "ssh-ed25519 AAAA" },
  createGuest: { name: "fresh", image: "demo" },
  execInGuest: { command: ["true"] },
  writeGuestFile: { path: "/tmp/x", upload: "abcdefgh", offset: 0, content: "", last: true },
  changeGuest: { description: "changed" },
  buildDebianImage: { name: "debian" },
  registerImage: { name: "copied", path: "/srv/some.img" },
  changeTyping: { recorded: true },
  createWatchLink: { label: "a link" },
  openWatchLink: { secret: "x".repeat(43) },
  changeAudit: { retentionDays: 30 },
  setWebhook: { url: "https://log.example/corral" },
  registerKernel: { path: "/usr/bin/linux.uml" },
  mconsoleSetConfig: { device: "con1", value: "null" },
  mconsoleRemove: { device: "ubd1" },
  mconsoleSysrq: { key: "m" },
  mconsoleLog: { lines: ["a line"] },
  mconsoleRaw: { command: "version" },
  plugDisk: { disk: { ubd: 1, source: { kind: "empty", sizeMiB: 1 } } },
  changeMemory: { changeMiB: -1 },
};

/** A valid query for each endpoint that needs one. */
const QUERIES: Partial<Record<EndpointName, string>> = {
  searchLog: "?q=x",
  logMarks: "?from=0&to=0",
  readGuestFile: "?path=/etc/passwd",
  mconsoleProc: "?path=meminfo",
};

export interface EndpointCall {
  readonly method: (typeof endpoints)[EndpointName]["method"];
  readonly path: string;
  readonly body: unknown;
}

export const ENDPOINT_NAMES = Object.keys(endpoints) as EndpointName[];

/** A valid call of an endpoint, about the thing with this id where it is about one. */
export const callOf = (name: EndpointName, id: string): EndpointCall => {
  const { method, path } = endpoints[name];
  const filled = path
    .replace(":id", id)
    .replace(":action", "shutdown")
    .replace(":name", "con0")
    .replace(":device", "ubd0")
    .replace(":pid", "1")
    .replace(":link", "0".repeat(16));
  return { method, path: filled + (QUERIES[name] ?? ""), body: BODIES[name] };
};
