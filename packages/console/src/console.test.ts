import { describe, expect, it } from "vitest";
import { type Console, VIEWERS_MAXIMUM } from "./console.ts";
import { openDescriptors } from "./testing/ptyPair.ts";
import { newConsole, SlaveEnd } from "./testing/slaveEnd.ts";
import { TestPort } from "./testing/testPort.ts";
import { pause, until } from "./testing/until.ts";

const caughtUp = (port: TestPort, console: Console) => until(() => port.offset === console.end);
const refusal = (code: string) => expect.objectContaining({ code });

describe("attaching", () => {
  it("begins with hello, then the screen, then what is printed from there on", async () => {
    const console = newConsole();
    const guest = SlaveEnd.connect(console);
    await guest.print("before\r\n");
    const port = TestPort.attach(console);
    await until(() => port.of("snapshot").length === 1);
    await guest.print("after");
    await caughtUp(port, console);

    const [hello, snapshot] = port.events;
    expect(hello).toMatchObject({
      type: "hello",
      role: "writer",
      cols: 80,
      rows: 24,
      offset: 8,
      viewer: port.viewer.id,
    });
    expect(snapshot).toMatchObject({ type: "snapshot", cols: 80, rows: 24, offset: 8 });
    expect(port.of("snapshot")[0]?.screen).toMatch(/^before/);
    expect(port.text).toBe("after");
  });

  it("says hello before anything else, also when the guest floods", async () => {
    const console = newConsole();
    const guest = SlaveEnd.connect(console);
    const flood = guest.print("x".repeat(200_000));
    for (let round = 0; round < 20; round++) {
      const port = TestPort.attach(console);
      await pause(1);
      expect(port.stream[0]).toMatchObject({ type: "hello" });
      port.viewer.detach();
    }
    await flood;
  });

  it("gives exactly the bytes since an offset, without a snapshot", async () => {
    const console = newConsole();
    const guest = SlaveEnd.connect(console);
    await guest.print("0123456789");
    const port = TestPort.attach(console, { since: 4 });
    await guest.print("abc");
    await caughtUp(port, console);
    expect(port.text).toBe("456789abc");
    expect(port.of("hello")[0]).toMatchObject({ offset: 4 });
    expect(port.of("snapshot")).toEqual([]);
    expect(port.of("gap")).toEqual([]);
  });

  it("tells sizes and boots at their places in the stream", async () => {
    const console = newConsole();
    const writer = TestPort.attach(console);
    console.markBoot(1);
    const guest = SlaveEnd.connect(console);
    await guest.print("narrow");
    writer.viewer.resize(100, 30);
    await guest.print("wide");
    console.markBoot(2);
    await guest.print("again");
    const late = TestPort.attach(console, { since: 0, role: "spy" });
    await caughtUp(late, console);
    const shape = late.stream.map((item) => (item instanceof Uint8Array ? Buffer.from(item).toString() : item.type));
    expect(shape).toEqual(["hello", "boot", "narrow", "resize", "wide", "boot", "again"]);
    expect(late.of("hello")[0]).toMatchObject({ cols: 80, rows: 24 });
    expect(late.of("resize")).toEqual([{ type: "resize", cols: 100, rows: 30 }]);
    expect(late.of("boot")).toMatchObject([
      { boot: 1, offset: 0 },
      { boot: 2, offset: 10 },
    ]);
    // The one that was there all the time has been told the same.
    expect(writer.of("boot").map(({ boot }) => boot)).toEqual([1, 2]);
    expect(writer.of("resize")).toEqual([{ type: "resize", cols: 100, rows: 30 }]);
  });

  it("tells where what prints has ended: to who is there, who comes late and who comes back, each once", async () => {
    const console = newConsole();
    const there = TestPort.attach(console);
    console.markBoot(1);
    const guest = SlaveEnd.connect(console);
    await guest.print("\x1b[?1003hmouse");
    console.disconnect();
    console.markOff();
    console.markOff();
    const late = TestPort.attach(console, { role: "spy" });
    const back = TestPort.attach(console, { role: "spy", since: 3 });
    for (const port of [there, late, back]) await until(() => port.of("off").length > 0);
    for (const port of [there, late, back]) expect(port.of("off")).toEqual([{ type: "off", offset: console.end }]);
    expect(late.of("snapshot")).toMatchObject([{ screen: "mouse" }]);
    expect((await console.snapshot()).screen).toBe("mouse");

    console.markBoot(2);
    await SlaveEnd.connect(console).print("\x1b[?2004hagain");
    expect((await console.snapshot()).screen).toBe("mouseagain\x1b[?2004h");
    expect(there.of("off")).toHaveLength(1);
  });

  it("refuses what cannot be", async () => {
    const console = newConsole();
    const guest = SlaveEnd.connect(console);
    await guest.print("ten bytes.");
    expect(() => TestPort.attach(console, { since: 11 })).toThrowError(refusal("beyond-end"));
    expect(() => TestPort.attach(console, { since: -1 })).toThrowError(refusal("beyond-end"));
    expect(() => TestPort.attach(console, { since: Number.NaN })).toThrowError(refusal("beyond-end"));
    expect(() => TestPort.attach(console, { cols: 1 })).toThrowError(refusal("bad-size"));
    expect(() => TestPort.attach(console, { rows: 2.5 })).toThrowError(refusal("bad-size"));
    expect(console.viewers).toEqual([]);

    for (let viewer = 0; viewer < VIEWERS_MAXIMUM; viewer++) TestPort.attach(console);
    expect(() => TestPort.attach(console)).toThrowError(refusal("too-many-viewers"));
    console.dispose();
    expect(() => TestPort.attach(console)).toThrowError(refusal("disposed"));
  });

  it("gives a screen instead of bytes that have expired", async () => {
    const console = newConsole(1024 * 1024);
    const guest = SlaveEnd.connect(console);
    const line = `${"x".repeat(78)}\r\n`;
    while (console.log.start === 0) await guest.print(line.repeat(50));
    const port = TestPort.attach(console, { since: 0 });
    await until(() => port.of("snapshot").length === 1);
    const [gap] = port.of("gap");
    expect(gap).toEqual({ type: "gap", from: 0, to: port.of("snapshot")[0]?.offset });
    await guest.print("more");
    await caughtUp(port, console);
    expect(port.text).toBe("more");
  });
});

describe("the writer's seat", () => {
  const type = (port: TestPort, text: string) => port.viewer?.input(Buffer.from(text));

  it("lets the first who wants it type, and others watch, with one warning", async () => {
    const console = newConsole();
    const guest = SlaveEnd.connect(console);
    const ann = TestPort.attach(console, { user: "ann" });
    const bob = TestPort.attach(console, { user: "bob" });
    expect([ann.viewer.role, bob.viewer.role]).toEqual(["writer", "spy"]);
    type(bob, "no");
    type(bob, "no");
    type(ann, "yes");
    expect(guest.typed(3)).toBe("yes");
    expect(bob.of("warning")).toHaveLength(1);
    expect(bob.of("warning")[0]?.message).toContain("ann");
    expect([ann.viewer.typedBytes, bob.viewer.typedBytes]).toEqual([3, 0]);
    expect(console.viewers.map(({ user, role }) => [user, role])).toEqual([
      ["ann", "writer"],
      ["bob", "spy"],
    ]);
  });

  it("is taken in front of everybody, and comes back to the one who was bumped", () => {
    const console = newConsole();
    const guest = SlaveEnd.connect(console);
    const ann = TestPort.attach(console, { user: "ann", cols: 90, rows: 30 });
    const bob = TestPort.attach(console, { user: "bob", role: "spy", cols: 120, rows: 40 });
    const cyd = TestPort.attach(console, { user: "cyd", role: "spy" });
    expect(guest.windowSize()).toBe("30 90");
    bob.viewer.take();
    expect(guest.windowSize()).toBe("40 120");
    expect(ann.of("role")).toEqual([{ type: "role", role: "spy", by: "bob" }]);
    expect(bob.of("role")).toEqual([{ type: "role", role: "writer", by: "bob" }]);
    expect(cyd.of("role")).toEqual([{ type: "role", role: "spy", by: "bob" }]);
    expect(
      cyd
        .of("viewers")
        .at(-1)
        ?.viewers.map(({ role }) => role),
    ).toEqual(["spy", "writer", "spy"]);

    bob.viewer.detach();
    expect(ann.of("role").at(-1)).toEqual({ type: "role", role: "writer", by: null });
    expect(guest.windowSize()).toBe("30 90");
    ann.viewer.release();
    expect([ann.viewer.role, cyd.viewer.role]).toEqual(["spy", "spy"]);
    // Nobody's window: the guest keeps the one it has.
    cyd.viewer.resize(60, 20);
    expect(guest.windowSize()).toBe("30 90");
  });

  it("says when typing leads nowhere", async () => {
    const console = newConsole();
    const port = TestPort.attach(console);
    type(port, "hello");
    type(port, "hello");
    expect(port.of("warning")).toHaveLength(1);
    expect(port.of("warning")[0]?.message).toContain("not running");

    const guest = SlaveEnd.connect(console);
    type(port, "hello");
    expect(guest.typed(5)).toBe("hello");
    for (let piece = 0; piece < 40; piece++) type(port, "x".repeat(60_000));
    expect(port.of("warning")).toHaveLength(2);
    expect(port.of("warning")[1]?.message).toContain("not reading");
  });

  it("refuses a window that is none", () => {
    const port = TestPort.attach(newConsole());
    expect(() => port.viewer.resize(100_000, 24)).toThrowError(refusal("bad-size"));
    expect(() => port.viewer.resize(80, 0)).toThrowError(refusal("bad-size"));
  });
});

describe("launches", () => {
  it("come and go while log, viewers, seat and size stay", async () => {
    const console = newConsole();
    const port = TestPort.attach(console, { cols: 100, rows: 33 });
    console.markBoot(1);
    const first = SlaveEnd.connect(console);
    expect(first.windowSize()).toBe("33 100");
    await first.print("first\r\n");
    first.end();
    await until(() => first.ended);
    expect(console.connected).toBe(false);

    console.markBoot(2);
    const second = SlaveEnd.connect(console);
    expect(console.connected).toBe(true);
    expect(second.windowSize()).toBe("33 100");
    await second.print("second\r\n");
    await caughtUp(port, console);
    expect(port.text).toBe("first\r\nsecond\r\n");
    expect(port.of("boot").map(({ boot, offset }) => [boot, offset])).toEqual([
      [1, 0],
      [2, 7],
    ]);
    expect(port.viewer.role).toBe("writer");
  });

  it("replace one another: what the old one printed last is read first, and its end is not told", async () => {
    const console = newConsole();
    const first = SlaveEnd.connect(console);
    await first.print("old ");
    const second = SlaveEnd.connect(console);
    await second.print("new");
    first.end();
    await pause(20);
    expect(first.ended).toBe(false);
    const read = console.log.read(0, 100);
    expect(read.ok && Buffer.from(read.bytes).toString()).toBe("old new");
  });
});

it("gives everything back when it is disposed of, and tells its viewers", async () => {
  const before = openDescriptors();
  const timers = process.getActiveResourcesInfo().length;
  const console = newConsole();
  const guest = SlaveEnd.connect(console);
  const port = TestPort.attach(console);
  const stuck = TestPort.attach(console, {}, { acknowledges: false, buffered: 10_000_000 });
  await guest.print("x".repeat(100_000));
  port.viewer.input(Buffer.alloc(100_000, "y"));
  const snapshot = console.snapshot();
  console.dispose();
  console.dispose();
  guest.end();
  await snapshot.catch(() => {});
  expect([port.closed, stuck.closed]).toEqual(["disposed", "disposed"]);
  expect(console.viewers).toEqual([]);
  port.viewer.input(Buffer.from("z"));
  port.viewer.resize(100, 30);
  port.viewer.ack(0);
  port.viewer.take();
  port.viewer.detach();
  await until(() => openDescriptors() === before);
  await until(() => process.getActiveResourcesInfo().length <= timers);
});
