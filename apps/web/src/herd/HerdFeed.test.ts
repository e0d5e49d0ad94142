import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type HerdFrame, herdClientFrame } from "@corral/contracts";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type WebSocket as ServerSocket, WebSocket, WebSocketServer } from "ws";
import { HerdFeed, type HerdScreen } from "./HerdFeed.ts";

/* The server is a fake, since a real one cannot be made to change one line, or to break off, at a chosen moment. */

const WEB1 = "1".repeat(16);
const WEB2 = "2".repeat(16);

let server: WebSocketServer;
let feed: HerdFeed;
let asked: string[][];
let socket: ServerSocket | undefined;

const until = (what: () => void) => vi.waitFor(what, { timeout: 10_000, interval: 5 });
const send = (frame: Partial<HerdFrame>) =>
  socket?.send(
    JSON.stringify({
      type: "screen",
      guest: WEB1,
      console: "con0",
      cols: 80,
      rows: 24,
      fresh: false,
      lines: [],
      cursor: null,
      ...frame,
    }),
  );

beforeEach(async () => {
  asked = [];
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (opened) => {
    socket = opened;
    opened.on("message", (data: Buffer) => asked.push(herdClientFrame.parse(JSON.parse(data.toString())).guests));
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  feed = new HerdFeed({ url: `ws://127.0.0.1:${port}`, open: (url) => new WebSocket(url) as never });
  await until(() => expect(feed.connection().kind).toBe("open"));
});
afterEach(() => {
  feed.close();
  for (const client of server.clients) client.terminate();
  server.close();
});

it("asks for all that is in view in one frame, and again after a loss", async () => {
  const away = [WEB1, WEB2].map((guest) => feed.watch(guest, () => {}));
  await until(() => expect(asked.at(-1)).toEqual([WEB1, WEB2]));
  const frames = asked.length;
  away[0]?.();
  await until(() => expect(asked.at(-1)).toEqual([WEB2]));
  expect(asked.length).toBe(frames + 1);
  socket?.terminate();
  await until(() => expect(asked.slice(frames + 1).at(-1)).toEqual([WEB2]));
});

it("puts changed lines into the screen, keeps the others as they are, and forgets what left", async () => {
  const screens: HerdScreen[] = [];
  let away = feed.watch(WEB1, (screen) => screens.push(screen));
  await until(() => expect(asked.at(-1)).toEqual([WEB1]));
  send({ fresh: true, lines: [[2, [["two", 1]]]], cursor: [0, 0] });
  send({ lines: [[0, [["zero"]]]] });
  send({ guest: WEB2, fresh: true, lines: [[0, [["not asked for"]]]] });
  send({ type: "tomorrow" as "screen" });
  send({ fresh: true, cols: 100, lines: [] });
  await until(() => expect(screens).toHaveLength(3));
  expect(screens[0]?.lines).toEqual([[], [], [["two", 1]]]);
  expect(screens[1]?.lines).toEqual([[["zero"]], [], [["two", 1]]]);
  expect(screens[1]?.lines[2]).toBe(screens[0]?.lines[2]);
  expect(screens[2]).toMatchObject({ cols: 100, lines: [] });
  // Out of view and back before the server was told: what is known holds.
  away();
  const again: HerdScreen[] = [];
  away = feed.watch(WEB1, (screen) => again.push(screen));
  expect(again).toEqual([screens[2]]);
  away();
  send({ fresh: true });
  await until(() => expect(asked.at(-1)).toEqual([]));
  expect(screens).toHaveLength(3);
});
