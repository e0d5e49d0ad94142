import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConsoleLog } from "./consoleLog.ts";
import { openDescriptors } from "./testing/ptyPair.ts";
import { Randomness } from "./testing/randomness.ts";
import { temporaryFolder } from "./testing/temporaryFolder.ts";

const MIB = 1024 * 1024;
const open = (folder: string, budgetBytes = 64 * MIB) => ConsoleLog.open(folder, { budgetBytes });
const bytes = (text: string) => Buffer.from(text);

/** Everything that can be read between two offsets; holes are skipped and told. */
const readAll = (log: ConsoleLog, from = log.start, to = log.end) => {
  const pieces: Buffer[] = [];
  const holes: { reason: string; from: number; next: number }[] = [];
  let offset = from;
  while (offset < to) {
    const read = log.read(offset, Math.min(100_000, to - offset));
    if (read.ok) {
      pieces.push(Buffer.from(read.bytes));
      offset += read.bytes.length;
    } else if (read.reason !== "beyond-end") {
      holes.push({ reason: read.reason, from: offset, next: read.next });
      offset = read.next;
    }
  }
  return { bytes: Buffer.concat(pieces), holes };
};

/** Bytes that say at which offset they stand, so that any range can be checked. */
const numbered = (from: number, length: number): Buffer => {
  const chunk = Buffer.alloc(length);
  for (let index = 0; index < length; index++) chunk[index] = ((from + index) * 2654435761) >>> 24;
  return chunk;
};

describe("ConsoleLog", () => {
  it("keeps bytes by absolute offset and goes on at its end when opened again", () => {
    const folder = temporaryFolder();
    const first = open(folder);
    first.append(bytes("hello "));
    first.append(bytes("world"));
    first.close();

    const log = open(folder);
    expect(log.end).toBe(11);
    log.append(bytes("!"));
    expect(readAll(log).bytes.toString()).toBe("hello world!");
    expect(log.read(6, 3)).toEqual({ ok: true, offset: 6, bytes: bytes("wor") });
    expect(log.read(12, 10)).toEqual({ ok: true, offset: 12, bytes: new Uint8Array(0) });
    expect(log.read(13, 10)).toEqual({ ok: false, reason: "beyond-end", end: 12 });
    log.close();
  });

  it("gives its descriptors back, and refuses to be written after that", () => {
    const before = openDescriptors();
    const log = open(temporaryFolder());
    log.append(bytes("x"));
    expect(openDescriptors()).toBeGreaterThan(before);
    log.close();
    log.close();
    expect(openDescriptors()).toBe(before);
    expect(() => log.append(bytes("y"))).toThrowError(expect.objectContaining({ code: "disposed" }));
  });

  it("holds no descriptor before it is written and while it rests, and goes on where it was", () => {
    const folder = temporaryFolder();
    const before = openDescriptors();
    const log = open(folder);
    expect(openDescriptors()).toBe(before);
    log.markBoot(1);
    log.append(bytes("one "));
    log.rest();
    log.rest();
    expect(openDescriptors()).toBe(before);
    expect(readAll(log).bytes.toString()).toBe("one ");
    log.append(bytes("two"));
    expect(openDescriptors()).toBeGreaterThan(before);
    log.close();
    const again = open(folder);
    expect(openDescriptors()).toBe(before);
    expect([readAll(again).bytes.toString(), again.boots()]).toMatchObject(["one two", [{ boot: 1, offset: 0 }]]);
    again.close();
  });

  it("makes files for its owner alone", () => {
    const folder = join(temporaryFolder(), "log");
    const log = open(folder);
    log.append(bytes("secret"));
    log.close();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it("remembers boots and sizes across a restart", () => {
    const folder = temporaryFolder();
    const log = open(folder);
    log.markSize(80, 24);
    log.markBoot(1);
    log.append(bytes("first boot"));
    log.markSize(132, 50);
    expect(log.sizeAt(9)).toEqual({ cols: 80, rows: 24 });
    expect(log.sizeAt(10)).toEqual({ cols: 132, rows: 50 });
    log.append(bytes(" wide"));
    expect(log.markBoot(2)).toMatchObject({ boot: 2, offset: 15 });
    expect(log.markBoot(2)).toBeNull();
    log.append(bytes("second"));
    log.close();

    const again = open(folder);
    expect(again.boots().map(({ boot, offset }) => ({ boot, offset }))).toEqual([
      { boot: 1, offset: 0 },
      { boot: 2, offset: 15 },
    ]);
    expect(again.markBoot(2)).toBeNull();
    expect(again.sizeAt(0)).toEqual({ cols: 80, rows: 24 });
    expect(again.sizeAt(12)).toEqual({ cols: 132, rows: 50 });
    expect(again.sizeAt(again.end)).toEqual({ cols: 132, rows: 50 });
    expect(again.marks(10, 15).filter((mark) => mark.kind !== "time")).toMatchObject([
      { kind: "size", offset: 10, cols: 132 },
      { kind: "boot", offset: 15, boot: 2 },
      { kind: "size", offset: 15, cols: 132 },
    ]);
    expect(again.marks(0, 15).some((mark) => mark.kind === "time")).toBe(true);
    again.close();
  });

  it("does not grow when a window is only resized", () => {
    const folder = temporaryFolder();
    const log = open(folder);
    log.append(bytes("x"));
    const before = log.diskBytes;
    for (let cols = 10; cols < 400; cols++) log.markSize(cols, 24);
    expect(log.diskBytes).toBe(before);
    log.append(bytes("y"));
    expect(log.marks(1, 1)).toMatchObject([{ kind: "size", cols: 399, rows: 24 }]);
    log.close();
  });

  it("deletes the middle first: the newest boots' beginnings and the newest output stay", () => {
    const log = open(temporaryFolder(), 8 * MIB);
    const chunk = Buffer.alloc(64 * 1024, "x");
    const boots = 6;
    for (let boot = 1; boot <= boots; boot++) {
      log.markBoot(boot);
      log.append(bytes(`boot ${boot} begins\r\n`));
      for (let written = 0; written < 4 * MIB; written += chunk.length) log.append(chunk);
      expect(log.diskBytes).toBeLessThanOrEqual(8 * MIB);
    }
    // Half the budget is for the boots' beginnings, a MiB each.
    expect(log.boots().map(({ boot }) => boot)).toEqual([3, 4, 5, 6]);
    for (const { boot, offset } of log.boots()) {
      const read = log.read(offset, 13);
      expect(read.ok && Buffer.from(read.bytes).toString()).toBe(`boot ${boot} begins`);
    }
    expect(log.read(log.end - 2 * MIB, 1).ok).toBe(true);
    const hole = log.read(0, 1);
    expect(hole).toEqual({ ok: false, reason: "expired", next: log.start });
    const { holes } = readAll(log);
    expect(holes.length).toBeGreaterThan(0);
    expect(holes.every(({ reason }) => reason === "expired")).toBe(true);
    expect(log.unbrokenFrom).toBe(holes.at(-1)?.next);
    log.close();
  });

  it("bounds the number of files, however little each boot prints", () => {
    const folder = temporaryFolder();
    const log = open(folder, MIB);
    for (let boot = 1; boot <= 500; boot++) {
      log.markBoot(boot);
      log.append(bytes("panic\r\n"));
    }
    expect(readdirSync(folder).length).toBeLessThan(150);
    expect(log.boots().at(-1)?.boot).toBe(500);
    log.close();
  });

  it("repairs a torn index and goes on", () => {
    const folder = temporaryFolder();
    const log = open(folder);
    log.markSize(80, 24);
    log.markBoot(1);
    log.append(bytes("0123456789"));
    log.close();
    const [marks] = readdirSync(folder).filter((name) => name.endsWith(".marks"));
    const path = join(folder, marks ?? "");
    const whole = readFileSync(path, "utf8");
    appendFileSync(path, "size 4711 90 30\nsi");

    const again = open(folder);
    expect(readFileSync(path, "utf8")).toBe(whole);
    again.markSize(100, 40);
    again.append(bytes("x"));
    expect(again.sizeAt(9)).toEqual({ cols: 80, rows: 24 });
    expect(again.sizeAt(10)).toEqual({ cols: 100, rows: 40 });
    again.close();

    writeFileSync(path, "\0\0\0 rubbish\nboot 0 x\n\u{1f600}\n");
    const third = open(folder);
    expect(third.boots()).toEqual([]);
    expect(readAll(third).bytes.toString()).toBe("0123456789x");
    third.close();
  });

  it("takes the size of the last segment for the end, also when it was cut short", () => {
    const folder = temporaryFolder();
    const log = open(folder);
    log.append(bytes("0123456789"));
    log.markBoot(1);
    log.append(bytes("abcdefghij"));
    log.markSize(90, 30);
    log.append(bytes("k"));
    log.close();
    const last = readdirSync(folder).find((name) => name.endsWith(".boot"));
    truncateSync(join(folder, last ?? ""), 4);

    const again = open(folder);
    expect(again.end).toBe(14);
    // The size was marked for a byte that is gone.
    expect(again.sizeAt(14)).toBeNull();
    again.append(bytes("XY"));
    expect(readAll(again).bytes.toString()).toBe("0123456789abcdXY");
    again.close();
  });

  it.each([1, 2, 3])("holds what it was given, whatever the order of things (seed %i)", (seed) => {
    const random = new Randomness(seed);
    const folder = temporaryFolder();
    let log = open(folder, 2 * MIB);
    let end = 0;
    let boot = 0;
    for (let step = 0; step < 1500; step++) {
      const what = random.whole(100);
      if (what < 80) {
        const length = 1 + random.whole(what < 40 ? 40 : 30_000);
        log.append(numbered(end, length));
        end += length;
      } else if (what < 84) {
        log.markBoot(++boot);
      } else if (what < 95) {
        log.markSize(10 + random.whole(100), 10 + random.whole(50));
      } else {
        // Not closing it is what a SIGKILL does.
        if (what < 97) log.close();
        log = open(folder, 2 * MIB);
      }
      expect(log.end).toBe(end);
      expect(log.diskBytes).toBeLessThanOrEqual(2 * MIB + 30_000);
      const from = random.whole(end + 1);
      const read = log.read(from, 5000);
      if (read.ok) expect(numbered(from, read.bytes.length).equals(read.bytes)).toBe(true);
      else expect(read.reason).toBe("expired");
    }
    const tail = readAll(log, log.unbrokenFrom);
    expect(tail.holes).toEqual([]);
    expect(tail.bytes.equals(numbered(log.unbrokenFrom, end - log.unbrokenFrom))).toBe(true);
    expect(end - log.unbrokenFrom).toBeGreaterThan(200_000);
    log.close();
  });
});
