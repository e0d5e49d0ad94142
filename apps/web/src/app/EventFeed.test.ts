import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { EventType, FeedFrame } from "@corral/contracts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { Topic } from "../api/queries.ts";
import { EventFeed, topicsOf } from "./EventFeed.ts";

const frame = (seq: number, type: EventType): FeedFrame => ({
  type: "event",
  event: {
    seq,
    at: "2026-01-01T00:00:00Z",
    type,
    actor: null,
    by: null,
    from: null,
    result: "done",
    subject: null,
    message: "",
    data: {},
  },
});

const until = (what: () => void) => vi.waitFor(what, { timeout: 10_000, interval: 5 });

it("knows what each frame makes stale", () => {
  expect(topicsOf({ type: "changed", what: "task", id: "x" })).toEqual(["tasks"]);
  expect(topicsOf(frame(1, "guest.state"))).toEqual(["events", "guests", "portal"]);
  expect(topicsOf(frame(1, "guest.deleted"))).toEqual(["events", "guests", "portal", "images", "kernels"]);
  expect(topicsOf(frame(1, "session.opened"))).toEqual(["events", "people", "account"]);
  expect(topicsOf(frame(1, "server.stopped"))).toEqual(["events", "health", "ssh"]);
  expect(topicsOf({ type: "ready", seq: 1 })).toEqual([]);
});

/* The server is a fake, since a real one does not lose connections at a chosen moment; the sockets are real. */
describe("the event feed", () => {
  let server: WebSocketServer;
  let feed: EventFeed;
  const asked: (number | undefined)[] = [];
  const stale: (readonly Topic[] | undefined)[] = [];

  beforeEach(async () => {
    asked.length = stale.length = 0;
    server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    const address = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    feed = new EventFeed({
      url: (since) => {
        asked.push(since);
        return address;
      },
      onStale: (topics) => stale.push(topics && [...topics]),
      open: (url) => new WebSocket(url) as never,
    });
    await until(() => expect(feed.connection().kind).toBe("open"));
  });

  afterEach(() => {
    feed.close();
    for (const client of server.clients) client.terminate();
    server.close();
  });

  const say = (what: FeedFrame) => {
    for (const client of server.clients) client.send(JSON.stringify(what));
  };

  it("gathers what is stale, however much happens at once", async () => {
    for (let seq = 1; seq <= 500; seq++) say(frame(seq, "guest.state"));
    say({ type: "changed", what: "task", id: "x" });
    await until(() => expect(stale.flat()).toContain("tasks"));
    expect(stale.length).toBeLessThan(5);
    expect(new Set(stale.flat())).toEqual(new Set(["events", "guests", "portal", "tasks"]));
  });

  it("goes on where it was after a lost connection, and then trusts nothing that is shown", async () => {
    say({ type: "ready", seq: 41 });
    say(frame(42, "guest.state"));
    await until(() => expect(stale).toContainEqual(["events", "guests", "portal"]));
    for (const client of server.clients) client.terminate();
    await until(() => expect(feed.connection().kind).toBe("waiting"));
    feed.retryNow();
    await until(() => expect(feed.connection().kind).toBe("open"));
    expect(asked).toEqual([undefined, 42]);
    stale.length = 0;
    say({ type: "ready", seq: 50 });
    await until(() => expect(stale).toEqual([undefined]));
  });
});
