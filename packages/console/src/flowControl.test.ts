import { describe, expect, it } from "vitest";
import type { Console } from "./console.ts";
import { HeadlessTerminal } from "./headlessTerminal.ts";
import { heldBufferBytes } from "./testing/memory.ts";
import { Randomness } from "./testing/randomness.ts";
import { newConsole, SlaveEnd } from "./testing/slaveEnd.ts";
import { TestPort } from "./testing/testPort.ts";
import { pause, until } from "./testing/until.ts";
import { CATCH_UP_MAXIMUM_BYTES, LAG_MAXIMUM_BYTES, VIEWER_WINDOW_BYTES } from "./viewerStream.ts";

const caughtUp = (port: TestPort, console: Console) => until(() => port.offset === console.end);

/** Numbered lines, so that a hole or a double would show. */
const lines = (from: number, bytes: number): string => {
  let text = "";
  for (let line = from; text.length < bytes; line++) text += `line ${line}\r\n`;
  return text;
};

/** What a browser shows after all that came through this port. */
const seenThrough = (port: TestPort): string | null => {
  let terminal = new HeadlessTerminal(80, 24);
  for (const item of port.stream) {
    if (item instanceof Uint8Array) terminal.write(item);
    else if (item.type === "resize") terminal.resize(item.cols, item.rows);
    else if (item.type === "snapshot") {
      terminal = new HeadlessTerminal(item.cols, item.rows);
      terminal.write(item.screen);
    }
  }
  return terminal.text();
};

const shown = (port: TestPort): string => (seenThrough(port) ?? "").slice(-300);

describe("a viewer that does not acknowledge", () => {
  it("is sent a window of bytes and no more, then a gap and a snapshot when it comes back; others notice nothing", async () => {
    const console = newConsole();
    const guest = SlaveEnd.connect(console);
    const stuck = TestPort.attach(console, { user: "stuck" }, { acknowledges: false });
    const swift = TestPort.attach(console, { user: "swift" });
    await until(() => stuck.of("snapshot").length + swift.of("snapshot").length === 2);
    const output = lines(0, 3_000_000);
    await guest.print(output);
    await caughtUp(swift, console);
    expect(swift.text === output).toBe(true);
    expect(swift.of("gap")).toEqual([]);
    expect(stuck.bytes.length).toBeLessThanOrEqual(VIEWER_WINDOW_BYTES);
    expect(stuck.bytes.length).toBeGreaterThan(VIEWER_WINDOW_BYTES - 64 * 1024);

    const had = stuck.offset;
    stuck.viewer.ack(had);
    await caughtUp(stuck, console);
    expect(stuck.of("gap")).toEqual([{ type: "gap", from: had, to: console.end }]);
    await guest.print("back again");
    await caughtUp(stuck, console);
    expect(shown(stuck)).toBe(shown(swift));
  });

  it("costs no memory for what it does not take", async () => {
    const console = newConsole();
    const guest = SlaveEnd.connect(console);
    TestPort.attach(console, {}, { acknowledges: false });
    await guest.print(lines(0, 2_000_000));
    const before = heldBufferBytes();
    await guest.print(lines(0, 10_000_000));
    // What is under way at the moment may hold some for a moment.
    await until(() => heldBufferBytes() - before < 1_000_000);
  });

  it("goes on without a gap when it was not far behind", async () => {
    const console = newConsole();
    const guest = SlaveEnd.connect(console);
    const port = TestPort.attach(console, { since: 0 }, { acknowledges: false });
    const output = lines(0, VIEWER_WINDOW_BYTES + LAG_MAXIMUM_BYTES / 2);
    await guest.print(output);
    expect(port.bytes.length).toBe(VIEWER_WINDOW_BYTES);
    port.viewer.ack(port.offset);
    await caughtUp(port, console);
    expect(port.text === output).toBe(true);
    expect(port.of("gap")).toEqual([]);
  });

  it("is held to what it was sent", async () => {
    const console = newConsole();
    const guest = SlaveEnd.connect(console);
    const port = TestPort.attach(console, { since: 0 }, { acknowledges: false });
    await guest.print("ten bytes.");
    for (const offset of [11, -1, 0.5, Number.NaN]) {
      expect(() => port.viewer.ack(offset)).toThrowError(expect.objectContaining({ code: "bad-ack" }));
    }
    port.viewer.ack(10);
    port.viewer.ack(3);
  });

  it("gets nothing more while its port is full, whatever it acknowledges, and goes on when the port has drained", async () => {
    const console = newConsole();
    const guest = SlaveEnd.connect(console);
    const liar = TestPort.attach(console, { since: 0 }, { buffered: VIEWER_WINDOW_BYTES + 1 });
    await guest.print(lines(0, 100_000));
    expect(liar.bytes.length).toBe(0);
    liar.buffered = 0;
    await caughtUp(liar, console);
    expect(liar.of("gap")).toEqual([]);
  });

  it("is sent away when even what cannot be left out piles up", () => {
    const console = newConsole();
    const port = TestPort.attach(console, { user: "stuck" }, { buffered: 20_000_000 });
    TestPort.attach(console, { user: "other" });
    expect(port.closed).toBe("too-slow");
    expect(console.viewers.map(({ user }) => user)).toEqual(["other"]);
  });
});

describe("a viewer that comes back", () => {
  it("gets every byte at the pace of its acknowledgements when it missed no more than the catch-up bound", async () => {
    const console = newConsole();
    const guest = SlaveEnd.connect(console);
    const output = lines(0, CATCH_UP_MAXIMUM_BYTES - 100_000);
    await guest.print(output);
    const port = TestPort.attach(console, { since: 1000 });
    expect(port.bytes.length).toBe(VIEWER_WINDOW_BYTES);
    await caughtUp(port, console);
    expect(port.text === output.slice(1000)).toBe(true);
    expect(port.events.map(({ type }) => type)).toEqual(["hello"]);
  });

  it("gets a gap and the screen when it missed more", async () => {
    const console = newConsole();
    const guest = SlaveEnd.connect(console);
    await guest.print(lines(0, CATCH_UP_MAXIMUM_BYTES + 100_000));
    const port = TestPort.attach(console, { since: 1000 });
    await caughtUp(port, console);
    expect(port.events.map(({ type }) => type)).toEqual(["hello", "gap", "snapshot"]);
    expect(port.of("gap")).toEqual([{ type: "gap", from: 1000, to: console.end }]);
    expect(port.bytes.length).toBe(0);
  });

  it.each([1, 2, 3])(
    "again and again, at any moment, has seen the same bytes once and in order (seed %i)",
    async (seed) => {
      const random = new Randomness(seed);
      const console = newConsole();
      const guest = SlaveEnd.connect(console);
      const output = lines(0, 1_500_000);
      const printing = guest.print(output);
      const seen: Buffer[] = [];
      let since = 0;
      while (since < output.length) {
        const port = TestPort.attach(console, { since, cols: 20 + random.whole(200), rows: 10 + random.whole(50) });
        await pause(random.whole(6));
        // What was under way when the line broke: the viewer has an unknown part of it, and says which.
        const had = random.whole(2) === 0 ? port.bytes.length : random.whole(port.bytes.length + 1);
        seen.push(port.bytes.subarray(0, had));
        since += had;
        port.viewer.detach();
        expect(port.of("gap")).toEqual([]);
      }
      await printing;
      expect(Buffer.concat(seen).toString() === output).toBe(true);
    },
  );

  it("and one that never left, and one that fell behind, end up seeing the same", async () => {
    const random = new Randomness(4);
    const console = newConsole();
    const guest = SlaveEnd.connect(console);
    const steady = TestPort.attach(console);
    const lazy = TestPort.attach(console, {}, { acknowledges: false });
    await until(() => steady.of("snapshot").length + lazy.of("snapshot").length === 2);
    for (let round = 0; round < 12; round++) {
      await guest.print(lines(round * 1000, 20_000 + random.whole(400_000)));
      await guest.print("\x1b[1;3".padEnd(6 + random.whole(3), "1"));
      if (random.whole(2) === 0) steady.viewer.resize(60 + random.whole(60), 20 + random.whole(20));
      if (random.whole(3) === 0) lazy.viewer.ack(lazy.offset);
      await guest.print("m colour \x1b[0m 漢字\r\n");
    }
    await caughtUp(steady, console);
    lazy.acknowledges = true;
    while (lazy.offset !== console.end) {
      lazy.viewer.ack(lazy.offset);
      await pause(2);
    }
    expect(lazy.of("gap").length).toBeGreaterThan(0);
    expect(shown(lazy)).toBe(shown(steady));
  });
});
