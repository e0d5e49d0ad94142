import { once } from "node:events";
import type { AddressInfo } from "node:net";
import {
  ACK_EVERY_BYTES,
  CLIENT_FRAME_MAXIMUM_BYTES,
  CLOSE,
  clientFrame,
  PULSE,
  type ServerFrame,
  watchFrame,
} from "@corral/contracts";
import { Terminal } from "@xterm/headless";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { ConsoleSession } from "./ConsoleSession.ts";

/*
 * The server is a fake, since a real one cannot be made to send a gap, a snapshot or a close code at a chosen moment;
 * the sockets and the terminal (xterm's headless twin) are real.
 */

const frameOf = (json: { type: string }) => (json.type === "watch" ? watchFrame : clientFrame).parse(json);

class FakeServer {
  readonly #server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  readonly text: Record<string, unknown>[] = [];
  readonly bytes: Buffer[] = [];
  connections = 0;
  #socket: WebSocket | undefined;

  async listen(): Promise<string> {
    this.#server.on("connection", (socket) => {
      this.connections++;
      this.#socket = socket;
      socket.on("message", (data: Buffer, isBinary) => {
        if (isBinary) this.bytes.push(data);
        else this.text.push(frameOf(JSON.parse(data.toString())));
      });
    });
    await once(this.#server, "listening");
    return this.address();
  }

  address(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  say(frame: ServerFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  hello(change: Partial<Extract<ServerFrame, { type: "hello" }>> = {}): void {
    this.say({
      type: "hello",
      protocol: 1,
      viewer: "v1",
      role: "writer",
      cols: 80,
      rows: 24,
      offset: 0,
      end: change.offset ?? 0,
      state: "running",
      viewers: [],
      rules: { shared: false, recorded: false },
      right: "manage",
      ...change,
    });
  }

  pulse(): void {
    this.#socket?.send(PULSE);
  }

  print(data: string | Uint8Array): void {
    this.#socket?.send(Buffer.from(data));
  }

  drop(code?: number): void {
    if (code === undefined) this.#socket?.terminate();
    else this.#socket?.close(code);
  }

  said(type: string): Record<string, unknown>[] {
    return this.text.filter((frame) => frame.type === type);
  }

  typed(): string {
    return Buffer.concat(this.bytes).toString();
  }

  close(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }
}

const until = (what: () => void) => vi.waitFor(what, { timeout: 10_000, interval: 5 });

describe("a console session", () => {
  let server: FakeServer;
  let terminal: Terminal;
  let session: ConsoleSession;

  beforeEach(async () => {
    server = new FakeServer();
    const url = await server.listen();
    terminal = new Terminal({ cols: 80, rows: 24, allowProposedApi: true });
    session = new ConsoleSession({
      url,
      screen: terminal as never,
      fit: { cols: 80, rows: 24 },
      open: (address) => new WebSocket(address) as never,
    });
    await until(() => expect(server.said("attach")).toHaveLength(1));
  });

  afterEach(() => {
    session.dispose();
    session.dispose();
    terminal.dispose();
    server.close();
  });

  const screen = (): string => {
    const { active } = terminal.buffer;
    return Array.from({ length: terminal.rows }, (_, row) =>
      active.getLine(active.baseY + row)?.translateToString(true),
    )
      .join("\n")
      .trimEnd();
  };
  const shows = (text: string) => until(() => expect(screen()).toContain(text));

  it("asks for a fresh screen first, shows it at its own size, then takes the window's", async () => {
    expect(server.said("attach")[0]).toEqual({ type: "attach", cols: 80, rows: 24, role: "writer" });
    server.hello({ offset: 900, cols: 100, rows: 30 });
    server.say({ type: "snapshot", cols: 10, rows: 3, screen: "0123456789abc\r\n# ", offset: 1000 });
    server.print("!");
    // Broken after ten columns, since it was written at that width; then widened, which joins the line again.
    await shows("0123456789abc\n# !");
    expect([terminal.cols, terminal.rows]).toEqual([80, 24]);
    await until(() => expect(server.said("ack").at(-1)).toEqual({ type: "ack", offset: 1001 }));
    await until(() => expect(server.said("resize").at(-1)).toEqual({ type: "resize", cols: 80, rows: 24 }));
    expect(session.status().filled).toBeGreaterThan(0);
  });

  it("acknowledges as the terminal consumes, and what is left when nothing more comes", async () => {
    server.hello();
    const chunk = Buffer.alloc(1024, "x");
    const chunks = (3 * ACK_EVERY_BYTES) / chunk.length;
    for (let sent = 0; sent < chunks; sent++) server.print(chunk);
    server.print("end");
    const end = 3 * ACK_EVERY_BYTES + 3;
    await until(() => expect(server.said("ack").at(-1)).toEqual({ type: "ack", offset: end }));
    const offsets = server.said("ack").map(({ offset }) => Number(offset));
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
    expect(offsets.length).toBeGreaterThan(1);
  });

  it("comes back after a lost connection and asks for exactly what it missed", async () => {
    server.hello();
    server.print("one ");
    await shows("one");
    server.drop();
    await until(() => expect(session.status().connection.kind).toBe("waiting"));
    session.retryNow();
    await until(() => expect(server.said("attach")).toHaveLength(2));
    expect(server.said("attach")[1]).toMatchObject({ since: 4 });
    server.hello({ offset: 4 });
    server.print("two");
    await shows("one two");
    await until(() => expect(server.said("ack").at(-1)).toEqual({ type: "ack", offset: 7 }));
  });

  const MODES =
    "\u001b[?1003h\u001b[?1006h\u001b[?1004h\u001b[?2004h\u001b[?1h\u001b[?25l\u001b7\u001b[2;4r\u001b8\u001b[31m";
  const hasModes = () => {
    const { mouseTrackingMode, bracketedPasteMode, sendFocusMode, applicationCursorKeysMode } = terminal.modes;
    return mouseTrackingMode !== "none" || bracketedPasteMode || sendFocusMode || applicationCursorKeysMode;
  };

  it.each(["off", "boot"] as const)(
    "makes the terminal a new one at %s, where it stands in the output, and keeps the lines above",
    async (type) => {
      server.hello();
      const lines = Array.from({ length: 60 }, (_, line) => `line ${line}\r\n`).join("");
      const output = `${lines}${MODES}\u001b[?1049hon the other screen`;
      server.print(output);
      await shows("on the other screen");
      expect(hasModes()).toBe(true);
      const mark = { offset: output.length, boot: 2, at: new Date().toISOString() };
      server.say(type === "off" ? { type, offset: mark.offset } : { type, ...mark });
      await until(() => expect(hasModes()).toBe(false));
      expect(terminal.buffer.active.type).toBe("normal");
      expect(terminal.buffer.active.getLine(0)?.translateToString(true)).toBe("line 0");
      server.print("\u001b[?2004hnew boot");
      await shows("line 59\nnew boot");
      // Told again, as after a lost connection: what the new boot has set stays.
      server.say({ type: "boot", ...mark });
      server.print("!");
      await shows("new boot!");
      expect(terminal.modes.bracketedPasteMode).toBe(true);
    },
  );

  it("makes the terminal a new one when a person asks", async () => {
    server.hello();
    server.print(`before${MODES}`);
    await until(() => expect(hasModes()).toBe(true));
    session.renewTerminal();
    await until(() => expect(hasModes()).toBe(false));
    await shows("before");
    expect(server.typed()).toBe("");
  });

  it("notices that the server has gone silent, says what did not arrive, sends none of it later, and goes on", async () => {
    server.hello({ acknowledges: true });
    server.print("one ");
    server.pulse();
    await until(() => expect(session.status().role).toBe("writer"));
    terminal.input("arrived ");
    await until(() => expect(server.typed()).toBe("arrived "));
    server.say({ type: "typed", bytes: 8 });
    await shows("one");
    terminal.input("under way ");
    await until(() => expect(session.status().connection).toEqual({ kind: "open", isDoubtful: true }));
    terminal.input("refused");
    expect(session.status()).toMatchObject({ unsent: "refused", attached: true });
    expect(session.status().notice).toMatch(/does not answer/);
    await until(() => expect(session.status().connection.kind).toBe("waiting"));
    expect(session.status()).toMatchObject({ unsent: "refusedunder way ", attached: false });
    await until(() => expect(server.said("attach")).toHaveLength(2));
    expect(server.said("attach")[1]).toMatchObject({ since: 4 });
    server.hello({ offset: 4, acknowledges: true });
    server.print("two");
    await shows("one two");
    expect(server.typed()).toBe("arrived under way ");
    session.forgetUnsent();
    expect(session.status().unsent).toBe("");
  }, 30_000);

  it("goes on after a gap with the snapshot that follows it", async () => {
    server.hello();
    server.print("old");
    await shows("old");
    server.say({ type: "gap", from: 3, to: 5000 });
    server.say({ type: "snapshot", cols: 80, rows: 24, screen: "new", offset: 5000 });
    await until(() => expect(screen()).toBe("new"));
    server.print("er");
    await until(() => expect(screen()).toBe("newer"));
    await until(() => expect(server.said("ack").at(-1)).toEqual({ type: "ack", offset: 5002 }));
  });

  it("sends keys as UTF-8 and mouse reports as bytes, a big paste in frames the server takes", async () => {
    server.hello();
    await until(() => expect(session.status().role).toBe("writer"));
    terminal.input("ü€😀\r");
    await until(() => expect(server.typed()).toBe("ü€😀\r"));
    server.bytes.length = 0;
    terminal.input("y".repeat(CLIENT_FRAME_MAXIMUM_BYTES + 1));
    await until(() => expect(server.typed()).toHaveLength(CLIENT_FRAME_MAXIMUM_BYTES + 1));
    expect(server.bytes.map(({ length }) => length)).toEqual([CLIENT_FRAME_MAXIMUM_BYTES, 1]);
  });

  it("answers the guest's questions when they are new, and never those in a replay", async () => {
    server.hello({ offset: 10 });
    server.say({ type: "snapshot", cols: 80, rows: 24, screen: "\u001b[6n\u001b[cold", offset: 10 });
    await shows("old");
    expect(server.typed()).toBe("");
    server.print("\u001b[6n");
    await until(() => expect(server.typed()).toBe("\u001b[1;4R"));

    server.bytes.length = 0;
    server.drop();
    await until(() => expect(session.status().connection.kind).toBe("waiting"));
    terminal.input("lost");
    expect(session.status().notice).toContain("not sent");
    session.retryNow();
    await until(() => expect(server.said("attach")).toHaveLength(2));
    // The newest question comes in one frame with what was missed.
    const missed = "\u001b[6nmissed\r\n";
    server.hello({ offset: 14, end: 14 + missed.length });
    server.print(missed.slice(0, 2));
    await until(() => expect(session.status().attached).toBe(true));
    // Keys that are pressed meanwhile do arrive.
    terminal.input("k");
    server.print(`${missed.slice(2)}\u001b[6nnew`);
    await shows("new");
    await until(() => expect(server.typed()).toBe("k\u001b[2;1R"));
  });

  it("answers a flood of questions together, and no more than a program needs; keys arrive", async () => {
    server.hello();
    await until(() => expect(session.status().attached).toBe(true));
    server.print(`${"\u001b[6n".repeat(50_000)}asked`);
    await shows("asked");
    terminal.input("k");
    await until(() => expect(server.typed()).toMatch(/k$/));
    const answers = server.typed().slice(0, -1);
    expect(answers).toBe("\u001b[1;1R".repeat(answers.length / 6));
    expect(answers.length).toBeGreaterThan(2_000);
    expect(answers.length).toBeLessThan(3_900);
    expect(server.bytes.length).toBeLessThan(500);
  });

  it("as a spy keeps the console's size, types nothing and answers nothing; and takes control when asked", async () => {
    server.hello({ role: "spy", cols: 132, rows: 40 });
    await until(() => expect([terminal.cols, terminal.rows]).toEqual([132, 40]));
    session.setFit({ cols: 100, rows: 30 });
    server.say({ type: "resize", cols: 120, rows: 35 });
    await until(() => expect([terminal.cols, terminal.rows]).toEqual([120, 35]));
    terminal.input("x");
    server.print("\u001b[6ndone");
    await shows("done");
    expect(server.typed()).toBe("");
    // Told, so that it is known when control is taken; the console does not follow it.
    await until(() => expect(server.said("resize")).toEqual([{ type: "resize", cols: 100, rows: 30 }]));
    expect(session.status().notice).toContain("watching");

    // What is typed after it belongs to the writer, whenever the server says so.
    session.take();
    terminal.input("mine");
    await until(() => expect(server.said("take")).toHaveLength(1));
    await until(() => expect(server.typed()).toBe("mine"));
    server.say({ type: "role", role: "writer", by: "ada" });
    await until(() => expect(server.said("resize").at(-1)).toEqual({ type: "resize", cols: 100, rows: 30 }));
    await until(() => expect([terminal.cols, terminal.rows]).toEqual([100, 30]));
  });

  it("types into a shared console at its true size, and leaves the guest's questions to the writer", async () => {
    server.hello({ role: "spy", cols: 132, rows: 40, viewers: [] });
    await until(() => expect(session.status().role).toBe("spy"));
    server.say({ type: "rules", rules: { shared: true, recorded: true } });
    server.say({ type: "role", role: "cowriter", by: null });
    await until(() => expect(session.status()).toMatchObject({ role: "cowriter", rules: { shared: true } }));
    terminal.input("x");
    server.print("\u001b[6ndone");
    await shows("done");
    await until(() => expect(server.typed()).toBe("x"));
    session.setFit({ cols: 100, rows: 30 });
    server.say({ type: "role", role: "cowriter", by: "grace" });
    await until(() => expect([terminal.cols, terminal.rows]).toEqual([132, 40]));
    // Told, so that it is known when control is taken; the console does not follow it.
    await until(() => expect(server.said("resize")).toEqual([{ type: "resize", cols: 100, rows: 30 }]));
    expect(session.status().notice).toBeUndefined();
  });

  it("comes by a link with its secret first, again after a loss, and only watches", async () => {
    session.dispose();
    server.text.length = 0;
    const secret = "s".repeat(43);
    session = new ConsoleSession({
      url: server.address(),
      secret,
      screen: terminal as never,
      fit: { cols: 80, rows: 24 },
      open: (address) => new WebSocket(address) as never,
    });
    await until(() => expect(server.text).toHaveLength(2));
    expect(server.text).toMatchObject([
      { type: "watch", secret },
      { type: "attach", role: "spy" },
    ]);
    server.hello({ role: "spy", right: "watch" });
    await until(() => expect(session.status().right).toBe("watch"));
    terminal.input("x");
    await until(() => expect(session.status().notice).toContain("not type"));
    server.drop();
    await until(() => expect(session.status().connection.kind).toBe("waiting"));
    session.retryNow();
    await until(() => expect(server.text.slice(2)).toMatchObject([{ type: "watch" }, { type: "attach", since: 0 }]));
    server.drop(CLOSE.linkEnded);
    await until(() => expect(session.status().connection).toMatchObject({ kind: "closed", code: CLOSE.linkEnded }));
    expect(server.typed()).toBe("");
  });

  it("says who took control, and goes on watching after a reconnect if that was wished", async () => {
    server.hello();
    server.say({ type: "role", role: "spy", by: "grace" });
    await until(() => expect(session.status().notice).toContain("grace"));
    session.release();
    server.drop();
    await until(() => expect(session.status().connection.kind).toBe("waiting"));
    session.retryNow();
    await until(() => expect(server.said("attach").at(-1)).toMatchObject({ role: "spy" }));
  });

  it("stops for good where the server says so, and begins afresh where it was not understood", async () => {
    server.hello({ offset: 50 });
    await until(() => expect(session.status().role).toBe("writer"));
    server.drop(CLOSE.badFrame);
    await until(() => expect(session.status().connection.kind).toBe("waiting"));
    session.retryNow();
    await until(() => expect(server.said("attach")).toHaveLength(2));
    expect(server.said("attach")[1]).not.toHaveProperty("since");

    server.drop(CLOSE.guestDeleted);
    await until(() => expect(session.status().connection).toMatchObject({ kind: "closed", code: CLOSE.guestDeleted }));
    session.retryNow();
    expect(server.connections).toBe(2);
  });

  it("marks a boot where it begins in the output, and gives everything back at the end", async () => {
    server.hello();
    server.say({ type: "boot", boot: 2, offset: 0, at: "2026-01-01T00:00:00Z" });
    server.say({ type: "tomorrow" } as never);
    server.print("after");
    await shows("after");
    session.dispose();
    terminal.input("x");
    server.print("ignored");
    await until(() => expect(server.typed()).toBe(""));
    expect(screen()).toBe("after");
  });
});
