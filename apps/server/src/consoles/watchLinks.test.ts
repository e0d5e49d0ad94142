import { CLOSE, type ServerFrame, WATCH_LINKS_MAXIMUM } from "@corral/contracts";
import { expect, test, vi } from "vitest";
import { type Login, TestServer } from "../testing/testServer.ts";
import { TestSocket } from "../testing/testSocket.ts";

const opened = async () => {
  const server = await TestServer.open();
  server.stock();
  const as = await server.user("ulf", "user");
  await server.call("POST", "/guests", { as, body: { name: "web1", image: "demo" } });
  const create = async (body: object = {}) =>
    (await server.call("POST", "/guests/web1/consoles/con0/links", { as, body })).json();
  const secretOf = (link: { url: string }) => link.url.split("#")[1] ?? "";
  const watch = async (secret: string) => {
    const socket = await TestSocket.open(server, "/watch");
    socket.send({ type: "watch", secret });
    socket.send({ type: "attach", cols: 80, rows: 24 });
    return socket;
  };
  const list = async () => (await server.call("GET", "/guests/web1/links", { as })).json().items;
  return { server, as, create, secretOf, watch, list };
};
const hello = (socket: TestSocket) => socket.frame<ServerFrame>(({ type }) => type === "hello");

test("a link shows one console to whoever has it, and lets nobody type", async () => {
  const { server, as, create, secretOf, watch, list } = await opened();
  const link = await create({ label: "for Eve" });
  expect(link.url).toMatch(/^http:\/\/\S+\/watch#[\w-]{43}$/);
  const what = await server.call("POST", "/watch", { body: { secret: secretOf(link) } });
  expect(what.json()).toEqual({ guest: "web1", console: "con0", expiresAt: link.expiresAt });

  const socket = await watch(secretOf(link));
  expect(await hello(socket)).toMatchObject({
    role: "spy",
    right: "watch",
    viewers: [{ user: "link: for Eve", from: "127.0.0.1", role: "spy" }],
  });
  socket.send({ type: "take" });
  socket.socket.send(Buffer.from("ls\n"));
  expect(await socket.frame<ServerFrame>(({ type }) => type === "warning")).toMatchObject({
    message: expect.stringContaining("not type"),
  });
  expect(await list()).toMatchObject([{ id: link.id, label: "for Eve", createdBy: "ulf", viewers: 1 }]);
  // No secret is kept anywhere: not in the database, not in the audit log, not in the server's own log.
  const kept = JSON.stringify([server.store.watchLinks.find(link.id), server.store.events.list({ limit: 50 })]);
  expect(kept + server.logged.join("")).not.toContain(secretOf(link));
  expect(server.store.events.list({ limit: 2 }).map(({ type, actor }) => [type, actor])).toEqual([
    ["console.attached", "link: for Eve"],
    ["console.link-created", "ulf"],
  ]);

  await server.call("DELETE", `/guests/web1/links/${link.id}`, { as });
  expect(await socket.closed).toMatchObject({ code: CLOSE.linkEnded });
  expect(await (await watch(secretOf(link))).closed).toMatchObject({ code: CLOSE.linkEnded });
  expect((await server.call("POST", "/watch", { body: { secret: secretOf(link) } })).json().error.code).toBe(
    "link_ended",
  );
  expect(await list()).toEqual([]);
});

test("an expired link ends those who watch by it, and opens to nobody", async () => {
  const { server, create, secretOf, watch, list } = await opened();
  const link = await create({ lifetimeS: 60 });
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: Date.now() });
  try {
    const { services, store } = server;
    const guest = store.guests.find("web1");
    const row = store.watchLinks.find(link.id);
    if (row === null || guest === null) throw new Error("the link is gone");
    const closed: number[] = [];
    const socket = { once: () => {}, close: (code: number) => closed.push(code) };
    services.watchLinks.watch(row, socket as never);
    vi.advanceTimersByTime(59_000);
    expect(closed).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(closed).toEqual([CLOSE.linkEnded]);
    expect(store.watchLinks.listOf(guest.id)).toEqual([]);
    expect(() => services.watchLinks.open(secretOf(link))).toThrow(expect.objectContaining({ code: "link_ended" }));
    expect(store.watchLinks.deleteExpired()).toMatchObject([{ id: link.id }]);
  } finally {
    vi.useRealTimers();
  }
  expect(await (await watch(secretOf(link))).closed).toMatchObject({ code: CLOSE.linkEnded });
  expect(await list()).toEqual([]);
});

test.each<[string, unknown, number]>([
  ["keystrokes", Buffer.from("ls"), CLOSE.badFrame],
  ["no secret", '{"type":"watch"}', CLOSE.badFrame],
  ["an attach frame", '{"type":"attach","cols":80,"rows":24}', CLOSE.badFrame],
  ["a secret that was never given out", `{"type":"watch","secret":"${"x".repeat(43)}"}`, CLOSE.linkEnded],
])("a socket that begins with %s is closed", async (_what, frame, code) => {
  const { server } = await opened();
  const socket = await TestSocket.open(server, "/watch");
  socket.socket.send(frame as string);
  expect((await socket.closed).code).toBe(code);
});

test("links are bounded, for consoles that are there, by who manages, and go with the guest", async () => {
  const { server, as, create, secretOf, watch, list } = await opened();
  for (let made = 1; made < WATCH_LINKS_MAXIMUM; made += 1) await create();
  const last = await create();
  expect((await create()).error.code).toBe("impossible");
  expect(await list()).toHaveLength(WATCH_LINKS_MAXIMUM);
  const eve = await server.user("eve", "user");
  expect((await server.call("GET", "/guests/web1/links", { as: eve })).statusCode).toBe(404);
  const nowhere = await server.call("POST", "/guests/web1/consoles/con7/links", { as, body: {} });
  expect(nowhere.json().error.code).toBe("not_found");
  expect((await server.call("DELETE", `/guests/web1/links/${"0".repeat(16)}`, { as })).statusCode).toBe(410);

  const socket = await watch(secretOf(last));
  await hello(socket);
  await server.call("DELETE", "/guests/web1", { as });
  expect(await socket.closed).toMatchObject({ code: CLOSE.guestDeleted });
  await server.call("DELETE", "/discarded/web1", { as });
  expect(server.store.watchLinks.find(last.id)).toBeNull();
});

/** What may befall whoever gave out a link: the guest is ulf's, kim manages it as a friend and lee as one of a group. */
const LOSSES: readonly {
  readonly what: string;
  readonly maker: "ulf" | "kim" | "lee" | "opal";
  readonly request: (ids: Record<string, string>) => readonly ["PATCH" | "DELETE", string, object?];
}[] = [
  { what: "their share is taken back", maker: "kim", request: () => ["PATCH", "/guests/web1/access", { grants: [] }] },
  {
    what: "they may only use the guest",
    maker: "kim",
    request: () => ["PATCH", "/guests/web1/access", { grants: [{ kind: "user", name: "kim", right: "use" }] }],
  },
  { what: "they leave the group", maker: "lee", request: () => ["PATCH", "/groups/team", { members: [] }] },
  { what: "the group is deleted", maker: "lee", request: () => ["DELETE", "/groups/team"] },
  { what: "the guest is given to another", maker: "ulf", request: () => ["PATCH", "/guests/web1", { owner: "ada" }] },
  { what: "their account is disabled", maker: "ulf", request: () => ["PATCH", "/users/ulf", { disabled: true }] },
  { what: "their account is deleted", maker: "kim", request: ({ kim }) => ["DELETE", `/users/${kim}`] },
  { what: "their role is taken back", maker: "opal", request: () => ["PATCH", "/users/opal", { role: "user" }] },
];

test("a link ends when whoever gave it out loses the guest", async () => {
  const { server, as: ulf, secretOf, watch } = await opened();
  const ada = await server.user("ada", "admin");
  const ids: Record<string, string> = {};
  for (const { what, maker, request } of LOSSES) {
    // All that the last loss took away is there again.
    await server.call("PATCH", "/guests/web1", { as: ada, body: { owner: "ulf" } });
    await server.call("PATCH", "/users/ulf", { as: ada, body: { disabled: false } });
    const people: Record<string, Login> = { ulf: { user: ulf.user, cookie: "" } };
    for (const [name, role] of [
      ["kim", "user"],
      ["lee", "user"],
      ["opal", "operator"],
    ] as const) {
      const user = server.store.users.find(name);
      if (user !== null) server.store.users.delete(user);
      people[name] = await server.user(name, role);
      ids[name] = people[name].user.id;
    }
    if (server.store.groups.find("team") === null)
      await server.call("POST", "/groups", { as: ada, body: { name: "team" } });
    await server.call("PATCH", "/groups/team", { as: ada, body: { members: ["lee"] } });
    const grants = [
      { kind: "user", name: "kim", right: "manage" },
      { kind: "group", name: "team", right: "manage" },
    ];
    await server.call("PATCH", "/guests/web1/access", { as: ada, body: { grants } });
    const { secret: token } = server.services.tokens.create({ id: people[maker]?.user.id ?? "" }, "to make it with");
    const headers = { authorization: `Bearer ${token}` };
    const link = (await server.call("POST", "/guests/web1/consoles/con0/links", { headers, body: {} })).json();
    const others = (await server.call("POST", "/guests/web1/consoles/con0/links", { as: ada, body: {} })).json();
    const [socket, stays] = [await watch(secretOf(link)), await watch(secretOf(others))];
    await Promise.all([hello(socket), hello(stays)]);

    const [method, path, body] = request(ids);
    const done = await server.call(method, path, { as: ada, body });
    expect([what, done.statusCode < 300]).toEqual([what, true]);
    expect([what, (await socket.closed).code]).toEqual([what, CLOSE.linkEnded]);
    expect((await server.call("POST", "/watch", { body: { secret: secretOf(link) } })).json().error.code).toBe(
      "link_ended",
    );
    const left = (await server.call("GET", "/guests/web1/links", { as: ada })).json().items;
    expect([what, left.map(({ id }: { id: string }) => id)]).toEqual([what, [others.id]]);
    expect(stays.socket.readyState).toBe(stays.socket.OPEN);
    await server.call("DELETE", `/guests/web1/links/${others.id}`, { as: ada });
  }
});
