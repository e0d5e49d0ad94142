import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { errorAnswer } from "@corral/contracts";
import { expect, test } from "vitest";
import { listenOnAdminSocket } from "./adminSocket.ts";
import { TestServer } from "./testing/testServer.ts";
import { TestSocket } from "./testing/testSocket.ts";

/** What is answered to these bytes until the connection ends. */
const answerTo = async (to: { port: number } | { path: string }, bytes: string) => {
  const socket = connect(to as { port: number });
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk;
  });
  socket.on("error", () => {});
  socket.write(bytes);
  await once(socket, "close");
  const [head = "", body = ""] = text.split("\r\n\r\n");
  const { error } = errorAnswer.parse(JSON.parse(body));
  expect(error.message.length).toBeGreaterThan(10);
  expect(head).toMatch(/content-type: application\/json/i);
  return [Number(head.split(" ")[1]), error.code];
};

const CLOSE = "Connection: close\r\n\r\n";

/** By what is wrong with them. */
const MALFORMED: Record<string, readonly [bytes: string, status: number, code: string]> = {
  "no HTTP": ["\u0016\u0003\u0001 hello\r\n\r\n", 400, "invalid_request"],
  "no method": [`FETCH / HTTP/1.1\r\nHost: 127.0.0.1:7070\r\n${CLOSE}`, 400, "invalid_request"],
  "headers too large": [
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:7070\r\nX: ${"x".repeat(20_000)}\r\n${CLOSE}`,
    431,
    "headers_too_large",
  ],
  "no host": [`GET /api/v1/health HTTP/1.1\r\n${CLOSE}`, 400, "invalid_request"],
  "two lengths": [
    `POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1:7070\r\nContent-Length: 1\r\nContent-Length: 2\r\n${CLOSE}`,
    400,
    "invalid_request",
  ],
  "an expectation": [
    `GET /api/v1/nothing HTTP/1.1\r\nHost: 127.0.0.1:7070\r\nExpect: tea\r\n${CLOSE}`,
    404,
    "not_found",
  ],
  "an upgrade of what is no socket": [
    "GET /api/v1/nothing HTTP/1.1\r\nHost: 127.0.0.1:7070\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Origin: http://127.0.0.1:7070\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    404,
    "not_found",
  ],
  "an address that is too long": [
    `GET /api/v1/guests/${"x".repeat(5_000)} HTTP/1.1\r\nHost: 127.0.0.1:7070\r\n${CLOSE}`,
    400,
    "invalid_request",
  ],
};

test.each(Object.entries(MALFORMED))(
  "%s is answered in the documented form, over both ways in",
  async (_, [bytes, status, code]) => {
    const server = await TestServer.open();
    const port = await server.listen();
    const ofPort = bytes.replaceAll(":7070", `:${port}`);
    expect(await answerTo({ port }, ofPort)).toEqual([status, code]);
    if (code !== "invalid_request" && code !== "headers_too_large") return;
    const path = join(server.home, "admin.sock");
    const admin = await listenOnAdminSocket(server.http, path);
    if (!bytes.includes("/api/v1/health")) expect(await answerTo({ path }, bytes)).toEqual([status, code]);
    admin.close();
  },
);

test("a request that does not come in is told so", async () => {
  const server = await TestServer.open();
  const port = await server.listen();
  // Node looks at its clock only twice a minute: its own error is emitted here in its place.
  server.http.server.once("connection", (socket) => {
    server.http.server.emit("clientError", Object.assign(new Error(), { code: "ERR_HTTP_REQUEST_TIMEOUT" }), socket);
  });
  expect(await answerTo({ port }, "GET / HTTP/1.1\r\n")).toEqual([408, "request_timeout"]);
});

test("while the server stops it says so in the documented form", async () => {
  const server = await TestServer.open();
  const as = await server.user("ada", "admin");
  const port = await server.listen();
  // It does not answer that it was closed, so that the server waits for it.
  const slow = await TestSocket.open(server, "/events", { as });
  await slow.frame(({ type }) => type === "ready");
  slow.socket.pause();
  const closed = server.http.close();
  const bytes = `GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${CLOSE}`;
  expect(await answerTo({ port }, bytes)).toEqual([503, "stopping"]);
  await closed;
});
