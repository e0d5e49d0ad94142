import {
  type Access,
  CLOSE,
  type EndpointName,
  EXIT,
  endpoints,
  type GuestRight,
  type Role,
  type SshCommand,
  type SshMenuKey,
  type SshMenuKeyName,
  sockets,
  sshCommands,
  sshMenuKeys,
} from "@corral/contracts";
import fastify from "fastify";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { includesRole } from "./access.ts";
import { authentication } from "./plugins/authentication.ts";
import { hostKeyOf } from "./ssh/hostKey.ts";
import { SshDoor } from "./ssh/sshDoor.ts";
import { callOf, ENDPOINT_NAMES } from "./testing/calls.ts";
import { SshConnectionOf } from "./testing/sshConnection.ts";
import { type Login, PASSWORD, TestServer } from "./testing/testServer.ts";
import { TestSocket } from "./testing/testSocket.ts";

/** What came of a call: that it was let through, whatever came then, or why not. */
type Verdict = "let through" | "not_logged_in" | "not_allowed" | "not_found";

/** A thousand calls, on a machine that may be busy: only ever reached by a failure. */
const PATIENCE_MS = 240_000;

const RIGHTS: readonly GuestRight[] = ["watch", "use", "manage"];

/** Somebody who calls: their role, what they may do with the guest, and what a token leaves of that. */
interface Kind {
  readonly role: Role | null;
  readonly right: GuestRight | null;
  readonly token?: { readonly scope: "read" | "operate" | "full"; readonly guest?: "this" | "another" };
}

const KINDS: Readonly<Record<string, Kind>> = {
  anonymous: { role: null, right: null },
  owner: { role: "user", right: "manage" },
  stranger: { role: "user", right: null },
  watcher: { role: "user", right: "watch" },
  worker: { role: "user", right: "use" },
  keeper: { role: "user", right: "manage" },
  member: { role: "user", right: "use" },
  operator: { role: "operator", right: "manage" },
  admin: { role: "admin", right: "manage" },
  "owner, reading token": { role: "user", right: "watch", token: { scope: "read" } },
  "owner, operating token": { role: "user", right: "use", token: { scope: "operate" } },
  "owner, token": { role: "user", right: "manage", token: { scope: "full" } },
  "owner, token for the guest": { role: "user", right: "manage", token: { scope: "full", guest: "this" } },
  "owner, token for another": { role: "user", right: null, token: { scope: "full", guest: "another" } },
  "admin, reading token": { role: "admin", right: "watch", token: { scope: "read" } },
  "admin, token": { role: "admin", right: "manage", token: { scope: "full" } },
};

/** The rules in words: docs/security.md. They are written down a second time here, on purpose. */
const expected = (access: Access, method: string, { role, right, token }: Kind): Verdict => {
  if ("public" in access) return "let through";
  if (role === null) return "not_logged_in";
  if (!includesRole(role, access.role)) return "not_allowed";
  if (access.login && token !== undefined) return "not_allowed";
  if (access.guest === undefined) {
    if (token !== undefined && token.scope !== "full" && method !== "GET") return "not_allowed";
    return token?.guest !== undefined && !access.filtered ? "not_allowed" : "let through";
  }
  if (right === null) return "not_found";
  return RIGHTS.indexOf(right) >= RIGHTS.indexOf(access.guest) ? "let through" : "not_allowed";
};

/** Everybody of KINDS on one server, and a new guest of the owner's for each call. */
const cast = async (server: TestServer) => {
  server.stock();
  const { store, services } = server;
  const users = new Map<string, Login>();
  for (const [name, { role, token }] of Object.entries(KINDS)) {
    if (role !== null && token === undefined) users.set(name, await server.user(name, role));
  }
  const idOf = (name: string): string => users.get(name)?.user.id ?? "";
  const group = store.groups.insert("team");
  store.groups.setMembers(group.id, [idOf("member")]);
  const kernelId = store.kernels.newest()?.id ?? "";
  const pattern = await server.call("POST", "/guests", {
    as: users.get("owner"),
    body: { name: "another", image: "demo" },
  });
  const another: string = pattern.json().id;
  let count = 0;

  let guestId = "";
  /** The owner's guest, made anew or shared anew if the last call changed that. */
  const guest = (): string => {
    const like = store.guests.find(another);
    if (like === null) throw new Error("the guest was not made");
    if (store.guests.find(guestId) === null) {
      count += 1;
      const links = { ownerId: idOf("owner"), kernelId, imageIds: like.imageIds };
      const made = store.guests.insert({ ...like.definition, name: `guest-${count}` }, links);
      services.guests.define(made);
      guestId = made.id;
    }
    if (store.grants.of(guestId).length === 0) {
      store.grants.replace(guestId, [
        { userId: idOf("watcher"), groupId: null, right: "watch" },
        { userId: idOf("worker"), groupId: null, right: "use" },
        { userId: idOf("keeper"), groupId: null, right: "manage" },
        { userId: null, groupId: group.id, right: "use" },
      ]);
    }
    return guestId;
  };

  const secrets = new Map<string, string>();
  /** Made anew where the last call ended the login that it came with. */
  const headersOf = (name: string, forGuest: string, cookieName = "corral-0"): Record<string, string> => {
    const { role, token } = KINDS[name] ?? { role: null };
    if (role === null) return {};
    const user = { id: idOf(name.split(",")[0] ?? "") };
    if (token === undefined) {
      const known = secrets.get(name) ?? "";
      const secret =
        services.sessions.identify(known) === null ? services.sessions.open(user, "127.0.0.1").secret : known;
      secrets.set(name, secret);
      return { cookie: `${cookieName}=${secret}` };
    }
    const guestIds = token.guest === undefined ? null : [token.guest === "this" ? forGuest : another];
    const key = `${name} ${guestIds}`;
    const limits = { scope: token.scope, guestIds, expiresAt: null };
    const secret = secrets.get(key) ?? services.tokens.create(user, "a token", limits).secret;
    secrets.set(key, secret);
    return { authorization: `Bearer ${secret}` };
  };
  return { guest, headersOf };
};

test(
  "every route lets through exactly whom its description names, and names no guest to whom may not see it",
  async () => {
    const server = await TestServer.open();
    const { guest, headersOf } = await cast(server);
    const verdictOf = async (endpoint: EndpointName, name: string): Promise<Verdict> => {
      const isAboutGuest = "guest" in endpoints[endpoint].access;
      const guestId = isAboutGuest ? guest() : "x".repeat(16);
      const { method, path, body } = callOf(endpoint, guestId);
      const response = await server.call(method, path, { body, headers: headersOf(name, guestId) });
      // Whatever comes of it, nobody reads the name of a guest that they may not know of.
      if (KINDS[name]?.role === "user" && KINDS[name]?.right === null) {
        expect([endpoint, name, /guest-\d+/.exec(response.body)?.[0]]).toEqual([endpoint, name, undefined]);
      }
      const code = response.statusCode < 400 ? "" : response.json().error.code;
      // What the endpoint itself does not find is another not_found than that of a guest one may not see.
      if (code === "not_found" && !isAboutGuest) return "let through";
      return code === "not_logged_in" || code === "not_allowed" || code === "not_found" ? code : "let through";
    };
    for (const endpoint of ENDPOINT_NAMES) {
      const { access, method } = endpoints[endpoint];
      for (const [name, kind] of Object.entries(KINDS)) {
        expect([endpoint, name, await verdictOf(endpoint, name)]).toEqual([
          endpoint,
          name,
          expected(access, method, kind),
        ]);
      }
    }
  },
  PATIENCE_MS,
);

test("every WebSocket lets through exactly whom its description names", async () => {
  const server = await TestServer.open();
  const { guest, headersOf } = await cast(server);
  const port = await server.listen();
  const why: Readonly<Record<number, Verdict>> = {
    [CLOSE.notLoggedIn]: "not_logged_in",
    [CLOSE.notAllowed]: "not_allowed",
    [CLOSE.notFound]: "not_found",
  };
  for (const { path, access } of Object.values<{ path: string; access: Access }>(sockets)) {
    // What it lets through its first frame says, not who comes: consoles/watchLinks.test.ts.
    if ("public" in access) continue;
    for (const [name, kind] of Object.entries(KINDS)) {
      const guestId = guest();
      const headers = headersOf(name, guestId, `corral-${port}`);
      const socket = await TestSocket.open(server, path.replace(":id", guestId).replace(":name", "con0"), { headers });
      // Neither socket is told what it wants to hear, so that both end: the reason is what counts.
      socket.send({ type: "nonsense" });
      const { code } = await socket.closed;
      const verdict: Verdict = why[code] ?? "let through";
      expect([path, name, verdict]).toEqual([path, name, expected(access, "GET", kind)]);
    }
  }
});

/** A command as it is typed, about this guest where it is about one. */
const typed = ({ usage }: SshCommand, guest: string): string =>
  usage
    .replace(/ \[[^\]]*\]/g, "")
    .replace("<guest>", guest)
    .replace("<command>", "true");

/** What the menu shows of a key that is let through, on a guest that is off. */
const SHOWN: Readonly<Record<SshMenuKeyName, RegExp>> = {
  b: /Start guest-\d+ …/,
  r: /Restart is not possible/,
  s: /Shut down is not possible/,
  p: /Processes of/,
  t: /is busy with/,
  h: /History of/,
};

test(
  "every ssh command, console and key of the menu lets through exactly whom its description names",
  async () => {
    const server = await TestServer.open();
    const { guest } = await cast(server);
    const { http, services, home } = server;
    const door = new SshDoor({ services, http, log: pino({ level: "silent" }), hostKey: hostKeyOf(home) });
    await door.listen({ host: "127.0.0.1", port: 0 });
    onTestFinished(() => door.close());
    const why: Readonly<Record<number, Verdict>> = { [EXIT.notAllowed]: "not_allowed", [EXIT.notFound]: "not_found" };
    await expect(SshConnectionOf.open(door.port, "anonymous", PASSWORD)).rejects.toThrow("authentication");

    for (const [name, kind] of Object.entries(KINDS)) {
      if (kind.role === null || kind.token !== undefined) continue;
      const connection = await SshConnectionOf.open(door.port, name, PASSWORD);
      for (const [word, command] of Object.entries<SshCommand>(sshCommands)) {
        const { access, method } = endpoints[command.endpoint];
        const { code } = await connection.run(typed(command, guest()));
        expect([word, name, why[code ?? -1] ?? "let through"]).toEqual([word, name, expected(access, method, kind)]);
      }

      const guestId = guest();
      const console = await (await SshConnectionOf.open(door.port, `${name}+${guestId}`, PASSWORD)).terminal();
      if (expected(sockets.attach.access, "GET", kind) === "let through") {
        await console.see(/con0\. Ctrl-\] \. leaves/);
        console.type("\u001dt");
        await console.see(kind.right === "watch" ? /not type into it/ : /You have control|Ctrl-\]/);
        console.type("\u001d.");
        expect([name, await console.ended()]).toEqual([name, EXIT.ok]);
      } else {
        expect([name, await console.ended()]).toEqual([name, EXIT.notFound]);
      }

      const menu = await connection.terminal();
      await menu.see(/\d guests?, /);
      if (kind.right === null) {
        expect(menu.text).not.toContain("guest-");
        continue;
      }
      menu.type("\u001b[F");
      await menu.see(/> guest-/);
      for (const [key, { endpoint }] of Object.entries<SshMenuKey>(sshMenuKeys).toReversed()) {
        const { access, method } = endpoints[endpoint];
        const from = menu.text.length;
        menu.type(key);
        const isLet = expected(access, method, kind) === "let through";
        await menu.see(isLet ? SHOWN[key as SshMenuKeyName] : /This needs the right to/, from);
        expect([key, name, menu.text.slice(from).includes("This needs the right to")]).toEqual([key, name, !isLet]);
        menu.type("x");
      }
    }
  },
  PATIENCE_MS,
);

test("what one may not see is answered exactly like what does not exist", async () => {
  const server = await TestServer.open();
  server.stock();
  const [owner, stranger] = [await server.user("owner", "user"), await server.user("stranger", "user")];
  await server.call("POST", "/guests", { as: owner, body: { name: "secret", image: "demo" } });
  const hidden = await server.call("GET", "/guests/secret", { as: stranger });
  const absent = await server.call("GET", "/guests/nothing", { as: stranger });
  expect(hidden.statusCode).toBe(404);
  expect(hidden.json().error.message).toBe(absent.json().error.message);
  const list = await server.call("GET", "/guests", { as: stranger });
  expect(list.json()).toEqual({ items: [], nextCursor: null, total: 0 });
});

test("a token for certain guests lists and hears of those alone", async () => {
  const server = await TestServer.open();
  server.stock();
  const as = await server.user("owner", "user");
  for (const name of ["one", "two"]) await server.call("POST", "/guests", { as, body: { name, image: "demo" } });
  const body = { label: "for one", scope: "read", guests: ["one"] };
  const made = (await server.call("POST", "/tokens", { as, body })).json();
  expect(made).toMatchObject({ scope: "read", guests: ["one"] });
  const headers = { authorization: `Bearer ${made.secret}` };
  const list = (await server.call("GET", "/guests", { headers })).json();
  expect(
    list.items.map((guest: { right: string; definition: { name: string } }) => [guest.definition.name, guest.right]),
  ).toEqual([["one", "watch"]]);
  const events = (await server.call("GET", "/events", { headers })).json().items;
  expect(events.map(({ message }: { message: string }) => message)).toEqual(["owner created one"]);
});

test("a route that does not say who may call it cannot be registered", async () => {
  const { services } = await TestServer.open();
  const api = fastify();
  authentication(api, services);
  expect(() => api.get("/open", () => "")).toThrow("does not say who may call it");
});
