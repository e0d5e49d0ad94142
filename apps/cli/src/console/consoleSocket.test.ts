import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { ACK_EVERY_BYTES, CLOSE, type ClientFrame, PULSE, type ServerFrame } from "@corral/contracts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import type { Connection } from "../connection.ts";
import { ConsoleSocket, type ConsoleView } from "./consoleSocket.ts";

/*
 * The server is a fake: a real one cannot be made to cut a connection between two chosen bytes, to close with each code,
 * or to be newer than its client. test/cli has the real one.
 */

const hello = (offset: number): ServerFrame => ({
  type: "hello",
  protocol: 1,
  viewer: "v",
  role: "writer",
  cols: 80,
  rows: 24,
  offset,
  end: offset,
  state: "running",
  viewers: [],
  rules: { shared: false, recorded: false },
  right: "manage",
});

class Screen implements ConsoleView {
  shown = "";
  readonly frames: string[] = [];
  readonly waiting: (() => void)[] = [];
  slow = false;
  windowSize = () => ({ cols: 80, rows: 24 });
  write(bytes: Uint8Array, taken: () => void): void {
    this.shown += Buffer.from(bytes).toString();
    if (this.slow) this.waiting.push(taken);
    else taken();
  }
  frame(frame: ServerFrame, again: boolean): void {
    this.frames.push(again ? `${frame.type} again` : frame.type);
  }
  renewed(): void {
    this.frames.push("renewed");
  }
  notice(): void {}

  unsent(bytes: number): void {
    this.frames.push(`${bytes} unsent`);
  }
  connectionLost(): void {
    this.frames.push("lost");
  }
}

let server: WebSocketServer;
let screen: Screen;
let viewer: ConsoleSocket;
let ended: Promise<unknown>;

/** The next connection, its attach frame already taken. */
const attached = async (): Promise<{ socket: WebSocket; attach: ClientFrame; received: string[] }> => {
  const [socket] = (await once(server, "connection")) as [WebSocket];
  const [data] = (await once(socket, "message")) as [Buffer];
  const received: string[] = [];
  socket.on("message", (message: Buffer) => received.push(message.toString()));
  return { socket, attach: JSON.parse(data.toString()), received };
};

const say = (socket: WebSocket, frame: object): void => socket.send(JSON.stringify(frame));

beforeEach(async () => {
  server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const connection = {
    where: "test",
    webSocket: (path: string) => ({ url: `ws://127.0.0.1:${port}${path}`, options: {} }),
  } as Connection;
  screen = new Screen();
  viewer = new ConsoleSocket(connection, "/attach", screen, "writer");
});

afterEach(async () => {
  viewer.leave();
  await ended;
  for (const socket of server.clients) socket.terminate();
  server.close();
});

/** Begins, and keeps the way it ended for the test to look at. */
const run = (): void => {
  ended = viewer.run().catch((error: unknown) => error);
};

describe("ConsoleSocket", () => {
  it("goes on with the byte it has not seen when the connection is cut", async () => {
    run();
    const first = await attached();
    expect(first.attach).toEqual({ type: "attach", cols: 80, rows: 24, role: "writer" });
    say(first.socket, hello(0));
    say(first.socket, { type: "snapshot", cols: 80, rows: 24, screen: "$ ", offset: 100 });
    first.socket.send(Buffer.from("hello"));
    await expect.poll(() => screen.shown).toBe("hello");
    first.socket.terminate();

    const second = await attached();
    expect(second.attach).toMatchObject({ since: 105 });
    say(second.socket, hello(105));
    second.socket.send(Buffer.from(" world"));
    await expect.poll(() => screen.shown).toBe("hello world");
    expect(screen.frames).toEqual(["hello", "snapshot", "lost", "hello again"]);
  });

  it("makes the terminal a new one where the guest boots or ends, and not when that is told again later", async () => {
    run();
    const { socket } = await attached();
    say(socket, hello(100));
    say(socket, { type: "boot", boot: 2, offset: 100, at: new Date().toISOString() });
    socket.send(Buffer.from("mouse on"));
    say(socket, { type: "boot", boot: 2, offset: 100, at: new Date().toISOString() });
    say(socket, { type: "off", offset: 108 });
    await expect.poll(() => screen.frames).toEqual(["hello", "renewed", "boot", "boot", "renewed", "off"]);
  });

  it("notices a server that has gone silent, says how much did not arrive, and goes on", async () => {
    run();
    const { socket, received } = await attached();
    say(socket, { ...hello(10), acknowledges: true });
    socket.send(PULSE);
    await expect.poll(() => screen.frames).toEqual(["hello"]);
    await viewer.type(Buffer.from("arrived"));
    await expect.poll(() => received.join("")).toBe("arrived");
    say(socket, { type: "typed", bytes: 7 });
    await expect.poll(() => screen.frames).toEqual(["hello", "typed"]);
    await viewer.type(Buffer.from("lost"));
    const second = await attached();
    expect(second.attach).toMatchObject({ since: 10 });
    say(second.socket, { ...hello(10), acknowledges: true });
    await expect.poll(() => screen.frames).toEqual(["hello", "typed", "4 unsent", "lost", "hello again"]);
    expect(second.received).toEqual([]);
  }, 30_000);

  it("acknowledges what the terminal has taken, and no more", async () => {
    screen.slow = true;
    run();
    const { socket, received } = await attached();
    say(socket, hello(1000));
    for (const half of [1, 2]) socket.send(Buffer.alloc(ACK_EVERY_BYTES / 2, `${half}`));
    await expect.poll(() => screen.waiting.length).toBe(2);
    expect(received).toEqual([]);
    for (const taken of screen.waiting) taken();
    await expect.poll(() => received).toEqual([JSON.stringify({ type: "ack", offset: 1000 + ACK_EVERY_BYTES })]);
  });

  it("sends keystrokes as they are, a long paste in pieces, in order", async () => {
    run();
    const { socket, received } = await attached();
    say(socket, hello(0));
    await expect.poll(() => screen.frames).toEqual(["hello"]);
    const paste = "line of a long paste\n".repeat(10_000);
    await viewer.type(Buffer.from("ü"));
    await viewer.type(Buffer.from(paste));
    await expect.poll(() => received.join("").length).toBe(paste.length + 1);
    expect(received.join("")).toBe(`ü${paste}`);
    expect(received.length).toBeGreaterThan(3);
  });

  it("passes over what it does not know", async () => {
    run();
    const { socket } = await attached();
    say(socket, { type: "hologram" });
    socket.send("not JSON");
    say(socket, hello(0));
    await expect.poll(() => screen.frames).toEqual(["hello"]);
  });

  it.each([
    [CLOSE.guestDeleted, 3],
    [CLOSE.notFound, 3],
    [CLOSE.notAllowed, 5],
    [CLOSE.notLoggedIn, 5],
    [CLOSE.tooManyViewers, 1],
    [CLOSE.badFrame, 1],
  ])("gives up when the server closes with %i", async (code, exitCode) => {
    run();
    const { socket } = await attached();
    socket.close(code, "in the server's words");
    expect(await ended).toMatchObject({ exitCode, message: "in the server's words" });
  });

  it("says at once that nobody answers, and does not try again", async () => {
    server.close();
    run();
    expect(await ended).toMatchObject({ exitCode: 7 });
  });

  it("can be left while it waits for the next attempt", async () => {
    run();
    const { socket } = await attached();
    say(socket, hello(0));
    await expect.poll(() => screen.frames).toEqual(["hello"]);
    server.close();
    socket.terminate();
    await expect.poll(() => screen.frames).toContain("lost");
    viewer.leave();
    expect(await ended).toBe(0);
  });
});
