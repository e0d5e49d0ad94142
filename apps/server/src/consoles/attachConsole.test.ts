import { ATTACH_DEADLINE_MS, CLIENT_FRAME_MAXIMUM_BYTES, CLOSE, type ServerFrame } from "@corral/contracts";
import { expect, test } from "vitest";
import { type Login, TestServer } from "../testing/testServer.ts";
import { TestSocket } from "../testing/testSocket.ts";

const WEB1 = "/guests/web1/consoles/con0/attach";
const ATTACH = { type: "attach", cols: 100, rows: 30 };

const opened = async () => {
  const server = await TestServer.open();
  server.stock();
  const as = await server.user("ulf", "user");
  await server.call("POST", "/guests", { as, body: { name: "web1", image: "demo" } });
  return { server, as };
};

const attach = async (server: TestServer, as: Login, more: object = {}) => {
  const socket = await TestSocket.open(server, WEB1, { as });
  socket.send({ ...ATTACH, ...more });
  return { socket, hello: await socket.frame<ServerFrame>(({ type }) => type === "hello") };
};

test("a console is there while its guest is off, and says so", async () => {
  const { server, as } = await opened();
  const { hello } = await attach(server, as);
  expect(hello).toMatchObject({ protocol: 1, role: "writer", cols: 100, rows: 30, offset: 0, state: "stopped" });
  expect(hello).toMatchObject({ viewers: [{ user: "ulf", from: "127.0.0.1", role: "writer" }] });
});

test("the seat is taken over, everybody sees it, and the audit log too", async () => {
  const { server, as } = await opened();
  const ada = await server.user("ada", "operator");
  const { socket: first } = await attach(server, as);
  const { socket: second, hello } = await attach(server, ada);
  expect(hello).toMatchObject({ role: "spy" });
  second.send({ type: "take" });
  expect(await first.frame<ServerFrame>(({ type }) => type === "role")).toMatchObject({ role: "spy", by: "ada" });
  second.socket.close();
  await second.closed;
  await first.frame<ServerFrame>((frame) => frame.type === "viewers" && frame.viewers.length === 1);
  const events = server.store.events.list({ limit: 4 });
  expect(events.map(({ type, actor }) => [type, actor])).toEqual([
    ["console.detached", "ada"],
    ["console.taken", "ada"],
    ["console.attached", "ada"],
    ["console.attached", "ulf"],
  ]);
  expect(events[0]).toMatchObject({ by: "session", from: "127.0.0.1", data: { console: "con0", typedBytes: 0 } });
});

test.each<[string, (socket: TestSocket) => void, number, string]>([
  ["text that is no JSON", (socket) => socket.socket.send("attach"), CLOSE.badFrame, "must be JSON"],
  ["an unknown frame", (socket) => socket.send({ type: "hack" }), CLOSE.badFrame, "type"],
  ["a frame too much", (socket) => socket.send({ ...ATTACH, more: 1 }), CLOSE.badFrame, "more"],
  ["a window that is too large", (socket) => socket.send({ ...ATTACH, cols: 9999 }), CLOSE.badFrame, "cols"],
  ["keystrokes before attach", (socket) => socket.socket.send(Buffer.from("ls\n")), CLOSE.badFrame, "must be attach"],
  ["an ack before attach", (socket) => socket.send({ type: "ack", offset: 0 }), CLOSE.badFrame, "must be attach"],
  ["an offset that was never printed", (socket) => socket.send({ ...ATTACH, since: 10 ** 9 }), CLOSE.badFrame, ""],
  ["a frame that is too large", (socket) => socket.socket.send(Buffer.alloc(CLIENT_FRAME_MAXIMUM_BYTES + 1)), 1009, ""],
])("%s ends the socket with a reason", async (_what, send, code, reason) => {
  const { server, as } = await opened();
  const socket = await TestSocket.open(server, WEB1, { as });
  send(socket);
  const closing = await socket.closed;
  expect(closing.code).toBe(code);
  expect(closing.reason).toContain(reason);
  expect(server.logged.filter((line) => line.includes('"level":50'))).toEqual([]);
});

test.each<[string, unknown]>([
  ["attached twice", ATTACH],
  ["what was never sent acknowledged", { type: "ack", offset: 10 ** 6 }],
])("%s ends the socket too", async (_what, frame) => {
  const { server, as } = await opened();
  const { socket } = await attach(server, as);
  socket.send(frame);
  expect((await socket.closed).code).toBe(CLOSE.badFrame);
});

test("who may not see it, or asks for what is not there, is told by the closing", async () => {
  const { server, as } = await opened();
  const eve = await server.user("eve", "user");
  const code = async (path: string, login?: Login, frame?: object) => {
    const socket = await TestSocket.open(server, path, login === undefined ? {} : { as: login });
    if (frame !== undefined) socket.send(frame);
    return (await socket.closed).code;
  };
  expect(await code(WEB1)).toBe(CLOSE.notLoggedIn);
  expect(await code(WEB1, eve)).toBe(CLOSE.notFound);
  expect(await code("/guests/web2/consoles/con0/attach", as)).toBe(CLOSE.notFound);
  expect(await code("/guests/web1/consoles/con7/attach", as, ATTACH)).toBe(CLOSE.notFound);
  expect(await code("/guests/web1/consoles/..%2f..%2fx/attach", as, ATTACH)).toBe(CLOSE.notFound);
  await expect(TestSocket.open(server, WEB1, { as, headers: { origin: "http://evil.example" } })).rejects.toThrow(
    "403",
  );
});

test("a deleted guest takes its viewers along, an ended login its sockets", async () => {
  const { server, as } = await opened();
  const ada = await server.user("ada", "admin");
  const [mine, hers] = [await attach(server, as), await attach(server, ada)];
  await server.call("DELETE", "/session", { as: ada });
  expect(await hers.socket.closed).toMatchObject({ code: CLOSE.notLoggedIn });
  await server.call("DELETE", "/guests/web1", { as });
  expect(await mine.socket.closed).toMatchObject({ code: CLOSE.guestDeleted });
});

test(
  "a socket that does not say attach is closed",
  async () => {
    const { server, as } = await opened();
    const socket = await TestSocket.open(server, WEB1, { as });
    expect(await socket.closed).toMatchObject({ code: CLOSE.attachTimeout });
  },
  ATTACH_DEADLINE_MS * 3,
);

test("the log is read by offset, and what is beyond it refused", async () => {
  const { server, as } = await opened();
  const read = (query: string) => server.call("GET", `/guests/web1/consoles/con0/log${query}`, { as });
  const response = await read("");
  expect([response.statusCode, response.headers["x-corral-offset"], response.body]).toEqual([200, "0", ""]);
  expect(response.headers["content-type"]).toBe("application/octet-stream");
  expect((await read("?from=5")).json().error.code).toBe("offset_beyond_end");
  expect((await read("?limit=0")).json().error.code).toBe("invalid_request");
});
