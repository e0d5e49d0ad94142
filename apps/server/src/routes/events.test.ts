import { CLOSE, type CorralEvent, type FeedFrame } from "@corral/contracts";
import { expect, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";
import { TestSocket } from "../testing/testSocket.ts";

const append = (server: TestServer, message: string, ownerId?: string) =>
  server.services.events.append({ type: "guest.changed", message, ...(ownerId === undefined ? {} : { ownerId }) });

const messages = (socket: TestSocket) =>
  (socket.frames as FeedFrame[]).flatMap((frame) => (frame.type === "event" ? [frame.event.message] : []));

const ready = (socket: TestSocket) => socket.frame<FeedFrame>(({ type }) => type === "ready");
const event = (socket: TestSocket, message: string) =>
  socket.frame<FeedFrame>((frame) => frame.type === "event" && frame.event.message === message);

test("tells what was missed, then what is new, each once and in order", async () => {
  const server = await TestServer.open();
  const as = await server.user("ada", "admin");
  for (let n = 1; n <= 1_000; n += 1) append(server, `m${n}`);
  const socket = await TestSocket.open(server, "/events?since=10", { as });
  for (let n = 1_001; n <= 1_500; n += 1) {
    append(server, `m${n}`);
    if (n % 50 === 0) await new Promise(setImmediate);
  }
  await event(socket, "m1500");
  expect(messages(socket)).toEqual(Array.from({ length: 1_490 }, (_, n) => `m${n + 11}`));
  expect(socket.frames.filter((frame) => (frame as FeedFrame).type === "ready")).toHaveLength(1);
});

test("without since tells only what is new; from beyond the end too", async () => {
  const server = await TestServer.open();
  const as = await server.user("ada", "admin");
  append(server, "old");
  for (const path of ["/events", "/events?since=999"]) {
    const socket = await TestSocket.open(server, path, { as });
    expect(await ready(socket)).toEqual({ type: "ready", seq: server.store.events.newest() });
    append(server, `new for ${path}`);
    await event(socket, `new for ${path}`);
    expect(messages(socket)).toHaveLength(1);
  }
});

test("a socket that does not read is given no more than it can hold, and all of it when it reads again", async () => {
  const server = await TestServer.open();
  const as = await server.user("ada", "admin");
  const socket = await TestSocket.open(server, "/events?since=0", { as });
  await ready(socket);
  socket.socket.pause();
  const large = "x".repeat(20_000);
  for (let n = 0; n < 1_000; n += 1) append(server, `${n} ${large}`);
  append(server, "last");
  for (let n = 0; n < 50; n += 1) await new Promise((resolve) => setTimeout(resolve, 2));
  const [peer] = server.http.websocketServer.clients;
  // What is held back beyond the limit is one page at most.
  expect(peer?.bufferedAmount).toBeLessThan(8 * 1024 * 1024);
  socket.socket.resume();
  await event(socket, "last");
  expect(messages(socket)).toHaveLength(1_001);
});

test("users hear of their own guests only, and never of tasks", async () => {
  const server = await TestServer.open();
  server.stock();
  const [ulf, eve] = [await server.user("ulf", "user"), await server.user("eve", "user")];
  const mine = (await server.call("POST", "/guests", { as: ulf, body: { name: "mine", image: "demo" } })).json();
  const [his, hers] = [
    await TestSocket.open(server, "/events?since=0", { as: ulf }),
    await TestSocket.open(server, "/events?since=0", { as: eve }),
  ];
  append(server, "for nobody");
  server.services.events.changed("task", "t");
  server.services.events.changed("guest", mine.id);
  server.services.events.changed("guest", mine.id);
  server.services.events.changed("image", "i");
  append(server, "for eve", eve.user.id);
  await event(hers, "for eve");
  for (const socket of [his, hers])
    await socket.frame<FeedFrame>((frame) => frame.type === "changed" && frame.what === "image");
  expect(messages(hers)).toEqual(["for eve"]);
  expect(messages(his)).toEqual(["ulf created mine"]);
  const changes = (socket: TestSocket) =>
    (socket.frames as FeedFrame[]).flatMap((f) => (f.type === "changed" ? [f.what] : []));
  expect(changes(his)).toEqual(["guest", "image"]);
  expect(changes(hers)).toEqual(["image"]);

  const listed = async (as: typeof ulf) => (await server.call("GET", "/events", { as })).json().items as CorralEvent[];
  expect((await listed(ulf)).map(({ message }) => message)).toEqual(["ulf created mine"]);
  expect((await listed(eve)).map(({ message }) => message)).toEqual(["for eve"]);
});

test("history is read page by page, and for one guest", async () => {
  const server = await TestServer.open();
  server.stock();
  const as = await server.user("ada", "admin");
  await server.call("POST", "/guests", { as, body: { name: "web1", image: "demo" } });
  for (let n = 0; n < 5; n += 1) append(server, `m${n}`);
  const list = async (query: string) =>
    (await server.call("GET", `/events${query}`, { as })).json().items as CorralEvent[];
  const [newest, second] = await list("?limit=2");
  expect([newest?.message, second?.message]).toEqual(["m4", "m3"]);
  expect((await list(`?limit=1&before=${second?.seq}`))[0]?.message).toBe("m2");
  expect((await list("?guest=web1")).map(({ type }) => type)).toEqual(["guest.created"]);
  expect(await list("?guest=no-such-guest")).toEqual([]);
});

test("strangers and foreign pages are refused, and a socket ends with its login", async () => {
  const server = await TestServer.open();
  const stranger = await TestSocket.open(server, "/events");
  expect(await stranger.closed).toMatchObject({ code: CLOSE.notLoggedIn });
  const as = await server.user("ada", "admin");
  await expect(TestSocket.open(server, "/events", { as, headers: { origin: "http://evil.example" } })).rejects.toThrow(
    "403",
  );
  await expect(TestSocket.open(server, "/events", { as, headers: { host: "evil.example" } })).rejects.toThrow("421");

  const socket = await TestSocket.open(server, "/events", { as });
  const { secret, row } = server.services.tokens.create(as.user, "script");
  const byToken = await TestSocket.open(server, "/events", { headers: { authorization: `Bearer ${secret}` } });
  await Promise.all([ready(socket), ready(byToken)]);
  await server.call("DELETE", "/session", { as });
  expect(await socket.closed).toMatchObject({ code: CLOSE.notLoggedIn, reason: "Your login has ended." });
  const other = await server.user("eve", "admin");
  expect((await server.call("DELETE", `/tokens/${row.id}`, { as: other })).statusCode).toBe(404);
  const headers = { authorization: `Bearer ${secret}` };
  expect((await server.call("DELETE", `/tokens/${row.id}`, { headers })).statusCode).toBe(204);
  expect(await byToken.closed).toMatchObject({ code: CLOSE.notLoggedIn });
});

test("the feed takes nothing, and an odd query is refused in words", async () => {
  const server = await TestServer.open();
  const as = await server.user("ada", "admin");
  const odd = await TestSocket.open(server, "/events?since=-1", { as });
  expect(await odd.closed).toMatchObject({ code: 1008, reason: expect.stringContaining("since") });
  const talker = await TestSocket.open(server, "/events", { as });
  talker.socket.send("hello");
  expect((await talker.closed).code).toBe(1008);
  const shouter = await TestSocket.open(server, "/events", { as });
  shouter.socket.send("x".repeat(100_000));
  expect((await shouter.closed).code).toBe(1009);
});

test("when the server closes, sockets are told and none is left", async () => {
  const server = await TestServer.open();
  const as = await server.user("ada", "admin");
  const socket = await TestSocket.open(server, "/events", { as });
  await ready(socket);
  await server.http.close();
  expect(await socket.closed).toMatchObject({ code: CLOSE.serverClosing });
  expect(server.services.sockets.size).toBe(0);
});
