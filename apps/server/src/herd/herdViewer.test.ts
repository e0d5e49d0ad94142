import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { HERD_SHOWN_MAXIMUM, type HerdFrame } from "@corral/contracts";
import { expect, test } from "vitest";
import { type Login, TestServer } from "../testing/testServer.ts";
import { TestSocket } from "../testing/testSocket.ts";

const POLICY_VIOLATION = 1008;

const opened = async () => {
  const server = await TestServer.open();
  server.stock();
  const as = await server.user("ulf", "user");
  return { server, as };
};

/** A guest whose console printed this when it was on, long ago. */
const guestThatPrinted = async (server: TestServer, as: Login, name: string, text: string): Promise<string> => {
  const { id } = (await server.call("POST", "/guests", { as, body: { name, image: "demo" } })).json();
  const consoles = (device: string) =>
    server.call("PATCH", `/guests/${id}`, { as, body: { consoles: [{ name: device }] } });
  // The log is closed while the guest has no such console.
  await consoles("con1");
  writeFileSync(join(server.home, "guests", id, "consoles/con0/0000000000000000.log"), text);
  await consoles("con0");
  return id;
};

const screenOf = (socket: TestSocket, id: string) => socket.frame<HerdFrame>(({ guest }) => guest === id);

test("a page is sent the screens that it has in view, once, in colour, and no others", async () => {
  const { server, as } = await opened();
  const web1 = await guestThatPrinted(server, as, "web1", "one\r\n\u001b[31mtwo");
  const web2 = await guestThatPrinted(server, as, "web2", "other");
  const socket = await TestSocket.open(server, "/herd", { as });
  socket.send({ type: "show", guests: [web1] });
  expect(await screenOf(socket, web1)).toEqual({
    type: "screen",
    guest: web1,
    console: "con0",
    cols: 80,
    rows: 24,
    fresh: true,
    lines: [
      [0, [["one"]]],
      [1, [["two", 1]]],
    ],
    cursor: [3, 1],
  });
  socket.send({ type: "show", guests: [web1, web2] });
  expect(await screenOf(socket, web2)).toMatchObject({ lines: [[0, [["other"]]]] });
  // What went out of view and comes back is told from the beginning.
  socket.frames.length = 0;
  socket.send({ type: "show", guests: [web2] });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(socket.frames).toEqual([]);
  socket.send({ type: "show", guests: [web2, web1] });
  expect(await screenOf(socket, web1)).toMatchObject({ fresh: true });
  expect(socket.frames).toHaveLength(1);
});

test("nobody sees what they may not, and a deleted guest is forgotten", async () => {
  const { server, as } = await opened();
  const web1 = await guestThatPrinted(server, as, "web1", "secret");
  const eve = await server.user("eve", "user");
  const mine = await guestThatPrinted(server, eve, "mine", "mine");
  const socket = await TestSocket.open(server, "/herd", { as: eve });
  socket.send({ type: "show", guests: [web1, mine, "0".repeat(16)] });
  await screenOf(socket, mine);
  await server.call("DELETE", "/guests/mine", { as: eve });
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(JSON.stringify(socket.frames)).not.toContain("secret");
  expect(server.logged.filter((line) => line.includes('"level":50'))).toEqual([]);
});

test.each<[string, unknown]>([
  ["no JSON", "show"],
  ["bytes", Buffer.from("{}")],
  ["another frame", '{"type":"hide"}'],
  ["ids that are none", '{"type":"show","guests":["../etc"]}'],
  [
    "more guests than fit",
    JSON.stringify({ type: "show", guests: Array(HERD_SHOWN_MAXIMUM + 1).fill("0".repeat(16)) }),
  ],
])("%s ends the socket", async (_what, frame) => {
  const { server, as } = await opened();
  const socket = await TestSocket.open(server, "/herd", { as });
  socket.socket.send(frame as string);
  expect(await socket.closed).toMatchObject({ code: POLICY_VIOLATION });
});
