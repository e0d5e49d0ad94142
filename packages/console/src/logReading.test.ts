import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { asciicast } from "./asciicast.ts";
import { ConsoleLog } from "./consoleLog.ts";
import { LINE_MAXIMUM_BYTES } from "./logLines.ts";
import { searchLog } from "./logSearch.ts";
import { NEW_TERMINAL } from "./newTerminal.ts";
import { plainLine, plainText } from "./plainText.ts";
import { lengthOf, rawBytes } from "./rawLog.ts";
import { Randomness } from "./testing/randomness.ts";
import { temporaryFolder } from "./testing/temporaryFolder.ts";

const MIB = 1024 * 1024;
const open = (budgetBytes = 64 * MIB) => ConsoleLog.open(temporaryFolder(), { budgetBytes });
const whole = (log: ConsoleLog) => ({ from: log.start, to: log.end });
const never = new AbortController().signal;

afterEach(() => vi.useRealTimers());

const found = async (log: ConsoleLog, pattern: string, options: { isRegex?: boolean; matchCase?: boolean } = {}) => {
  const lines = [];
  const query = { pattern, isRegex: options.isRegex ?? false, matchCase: options.matchCase ?? false };
  for await (const step of searchLog(log, whole(log), query, never)) lines.push(...step.found);
  return lines;
};

const castOf = (log: ConsoleLog, landmark?: (line: string) => string | null) =>
  [...asciicast(log, whole(log), { title: "t", ...(landmark && { landmark }) })].map((line) => JSON.parse(line));

describe("plain text", () => {
  it("has no escape sequence, whatever a guest prints", () => {
    const plain = (text: string) => plainLine(Buffer.from(text));
    expect(plain("\u001b[1;31mred\u001b[0m and \u001b]0;title\u0007plain\tθ\r")).toBe("red and plain\tθ");
    expect(plain("10 %\r20 %\r\r30 %")).toBe("10 %\n20 %\n30 %");
    expect(plain("\u001b]52;c;never ended")).toBe("");
    expect(plain("\u001b[12")).toBe("");
    expect(plain("\u001b")).toBe("");
    expect(plain("\u009b31mC1\u0085")).toBe("C1");
    const random = new Randomness(3);
    for (let round = 0; round < 500; round++) {
      const bytes = Buffer.from(Array.from({ length: 40 }, () => random.whole(256)));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
      expect(plainLine(bytes)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }
  });

  it("tells what is not kept", () => {
    const log = open(MIB);
    for (let line = 0; line < 100_000; line++) log.append(Buffer.from(`\u001b[32mline ${line}\u001b[0m\r\n`));
    const text = [...plainText(log, { from: 0, to: log.end })].join("");
    expect(text).toMatch(/^\[\d+ bytes are not kept\]\n/);
    expect(text).toMatch(/\nline 99998\nline 99999\n$/);
    log.close();
  });
});

describe("raw bytes", () => {
  it("are those of the kept stretches, from any place and of any length", () => {
    const log = open(MIB);
    for (let boot = 1; boot <= 6; boot++) {
      log.markBoot(boot);
      for (let n = 0; n < 30; n++) log.append(Buffer.alloc(10_000, boot * 16 + (n % 16)));
    }
    const stretches = log.kept({ from: 0, to: log.end });
    expect(stretches.length).toBeGreaterThan(1);
    const all = Buffer.concat([...rawBytes(log, stretches, 0, lengthOf(stretches))]);
    expect(all.length).toBe(lengthOf(stretches));
    const random = new Randomness(5);
    for (let round = 0; round < 50; round++) {
      const skip = random.whole(all.length);
      const length = random.whole(all.length - skip);
      expect(Buffer.concat([...rawBytes(log, stretches, skip, length)]).equals(all.subarray(skip, skip + length))).toBe(
        true,
      );
    }
    expect(log.kept({ from: log.end - 5, to: log.end + 5 })).toEqual([{ from: log.end - 5, to: log.end }]);
    log.close();
  });

  it("are never fewer than was promised: that is an error", () => {
    const log = open(MIB);
    log.append(Buffer.alloc(100_000, 1));
    const reading = rawBytes(log, log.kept(whole(log)), 0, 100_000);
    reading.next();
    for (let n = 0; n < 200; n++) log.append(Buffer.alloc(10_000, 2));
    expect(() => [...reading]).toThrowError(expect.objectContaining({ code: "expired" }));
    log.close();
  });
});

describe("times", () => {
  it("are found by offset and offsets by time, across segments", () => {
    vi.useFakeTimers({ now: 1_000_000, toFake: ["Date"] });
    const log = open();
    log.append(Buffer.from("a"));
    for (let second = 1; second <= 5; second++) {
      vi.setSystemTime(1_000_000 + second * 1000);
      if (second === 3) log.markBoot(1);
      log.append(Buffer.from("0123456789"));
    }
    expect(log.timeAt(0)).toBe(1_000_000);
    expect(log.timeAt(11)).toBe(1_002_000);
    expect(log.timeAt(20)).toBe(1_002_000);
    expect(log.timeAt(log.end)).toBe(1_005_000);
    expect(log.offsetAt(0)).toBe(0);
    expect(log.offsetAt(1_003_000)).toBe(21);
    expect(log.offsetAt(1_003_001)).toBe(31);
    expect(log.offsetAt(9_000_000)).toBe(log.end);
    log.close();
  });
});

describe("asciicast", () => {
  it("is played by asciinema, whenever it was recorded", () => {
    vi.useFakeTimers({ now: 1_000_999, toFake: ["Date"] });
    const log = open();
    log.markSize(80, 24);
    log.markBoot(1);
    log.append(Buffer.from("caf\u00e9 \u001b[1mbold\u001b[0m\r\n"));
    const file = join(log.folder, "played.cast");
    const range = { from: 0, to: log.end };
    const [header = "", ...events] = [...asciicast(log, range, { title: "t" })];
    // Newer players refuse any other time; Debian's does not mind.
    expect(JSON.parse(header).timestamp).toBe(1000);
    writeFileSync(file, header + events.join(""));
    // It wants a terminal of its own.
    const play = ["-qec", `LC_ALL=C.UTF-8 asciinema cat ${file}`, "/dev/null"];
    const played = execFileSync("script", play, { stdio: ["ignore", "pipe", "inherit"] });
    expect(played.toString()).toContain("caf\u00e9 \u001b[1mbold\u001b[0m\r");
    log.close();
  });

  it("has sizes, boots, who typed, landmarks and all output, at the times it was printed", () => {
    vi.useFakeTimers({ now: 1_000_000, toFake: ["Date"] });
    const log = open();
    log.markSize(80, 24);
    log.markBoot(7);
    log.append(Buffer.from("demo login: "));
    vi.setSystemTime(1_060_000);
    log.markTyping("ann");
    log.append(Buffer.from("ro"));
    log.markTyping("ann");
    log.append(Buffer.from("ot\r\n"));
    log.markSize(132, 50);
    vi.setSystemTime(1_061_000);
    log.append(Buffer.from("caf\u00e9"));
    const [header, ...events] = castOf(log, (line) => /^demo login: (\w+)/.exec(line)?.[0] ?? null);
    expect(header).toEqual({ version: 2, width: 80, height: 24, timestamp: 1000, title: "t" });
    const of = (kind: string) => events.filter((event) => event[1] === kind);
    expect(
      of("o")
        .map((event) => event[2])
        .join(""),
    ).toBe("demo login: root\r\ncafé");
    expect(of("m")).toEqual([
      [0, "m", "boot 7"],
      [60, "m", "typing ann"],
      [expect.closeTo(60.1, 0), "m", "demo login: root"],
    ]);
    expect(of("r")).toEqual([[61, "r", "132x50"]]);
    const times = events.map((event) => event[0] as number);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(times.at(-1)).toBeGreaterThanOrEqual(61);
    log.close();
  });

  it("makes the terminal a new one at each boot but the first", () => {
    const log = open();
    log.markBoot(1);
    log.append(Buffer.from("\x1b[?1003hcaf\xc3", "latin1"));
    log.markBoot(2);
    log.append(Buffer.from("again"));
    const [, ...events] = castOf(log);
    const told = events.map(([, kind, data]) => (kind === "o" ? data : `<${data}>`)).join("");
    expect(told).toBe(`<boot 1>\x1b[?1003hcaf<boot 2>\ufffd${NEW_TERMINAL}again`);
    log.close();
  });

  it("never goes back in time, and leaves no byte out, whatever the clock and the guest do", () => {
    vi.useFakeTimers({ now: 1_000_000, toFake: ["Date"] });
    const random = new Randomness(11);
    const log = open();
    const printed: Buffer[] = [];
    for (let step = 0; step < 600; step++) {
      vi.setSystemTime(1_000_000 + step * 100 + random.whole(5000) - 2500);
      if (random.whole(50) === 0) log.markBoot(step);
      if (random.whole(20) === 0) log.markSize(10 + random.whole(90), 24);
      if (random.whole(20) === 0) log.markTyping(["ann", "bo%\u00e9", "\ud800"][random.whole(3)] ?? "");
      const bytes = Buffer.from("é\u001b[1mx\r\n€".repeat(random.whole(900)));
      log.append(bytes);
      printed.push(bytes);
    }
    const [, ...events] = castOf(log);
    const text = events.filter((event) => event[1] === "o").map((event) => event[2] as string);
    expect(text.join("").replaceAll(NEW_TERMINAL, "")).toBe(Buffer.concat(printed).toString());
    const times = events.map((event) => event[0] as number);
    expect(times.every((time, index) => time >= (times[index - 1] ?? 0))).toBe(true);
    log.close();
  });
});

describe("search", () => {
  it("finds text and expressions with offset and time, through escape sequences and pieces", async () => {
    const log = open();
    for (let line = 0; line < 60_000; line++) log.append(Buffer.from(`line \u001b[1m${line}\u001b[0m of many\r\n`));
    log.append(Buffer.from("the END"));
    const [one, ...none] = await found(log, "LINE 59999 of");
    expect(none).toEqual([]);
    expect(one).toMatchObject({ text: "line 59999 of many", start: 0, end: 13, at: expect.any(Number) });
    const read = log.read(one?.offset ?? -1, 14);
    expect(read.ok && Buffer.from(read.bytes).toString()).toBe("line \u001b[1m59999");
    expect(await found(log, "^line \\d{2}777 ", { isRegex: true })).toHaveLength(60 - 10 - 0);
    expect(await found(log, "the end")).toHaveLength(1);
    expect(await found(log, "the end", { matchCase: true })).toEqual([]);
    expect(await found(log, ".*")).toEqual([]);
    log.close();
  });

  it("ends when it is called off, and lines without end are no matter", async () => {
    const log = open();
    for (let n = 0; n < 100; n++) log.append(Buffer.alloc(LINE_MAXIMUM_BYTES, "x"));
    const calledOff = new AbortController();
    const search = searchLog(log, whole(log), { pattern: "x", isRegex: false, matchCase: true }, calledOff.signal);
    const first = await search.next();
    expect(first.value?.found.length).toBeGreaterThan(0);
    calledOff.abort(new Error("enough"));
    await expect(search.next()).rejects.toThrow("enough");
    log.close();
  });

  it("refuses what is no expression, and stops one that would never end", async () => {
    const log = open();
    log.append(Buffer.from(`${"a".repeat(5000)}\n`));
    await expect(found(log, "(", { isRegex: true })).rejects.toMatchObject({ code: "bad-pattern" });
    await expect(found(log, "")).rejects.toMatchObject({ code: "bad-pattern" });
    await expect(found(log, "(a+)+b", { isRegex: true })).rejects.toMatchObject({
      code: "bad-pattern",
      message: expect.stringContaining("too long"),
    });
    log.close();
  });
});
