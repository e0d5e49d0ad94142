import { describe, expect, it } from "vitest";
import { ConsoleLog } from "./consoleLog.ts";
import { HeadlessTerminal } from "./headlessTerminal.ts";
import type { SavedScreen, Snapshot } from "./savedScreen.ts";
import { REPLAY_MAXIMUM_BYTES, Screen } from "./screen.ts";
import { Randomness } from "./testing/randomness.ts";
import { temporaryFolder } from "./testing/temporaryFolder.ts";

const open = () => ConsoleLog.open(temporaryFolder(), { budgetBytes: 64 * 1024 * 1024 });

const drawn = (log: ConsoleLog, saved: Snapshot | null = null): Screen => {
  const screen = Screen.begin(log, saved === null ? null : { renewedAt: log.renewedAt, ...saved });
  while (screen.position < log.end) screen.advance();
  screen.advance();
  return screen;
};

/** What a viewer sees that gets this snapshot and then the stream, with the sizes at their places. */
const seenBy = (log: ConsoleLog, { cols, rows, screen, offset }: Snapshot): string | null => {
  const terminal = new HeadlessTerminal(cols, rows);
  terminal.write(screen);
  let position = offset;
  for (const mark of log.marks(offset, log.end)) {
    if (mark.kind !== "size") continue;
    position = feed(terminal, log, position, mark.offset);
    terminal.resize(mark.cols, mark.rows);
  }
  feed(terminal, log, position, log.end);
  return terminal.text();
};

const feed = (terminal: HeadlessTerminal, log: ConsoleLog, from: number, to: number): number => {
  let position = from;
  while (position < to) {
    const read = log.read(position, to - position);
    if (!read.ok) throw new Error(read.reason);
    terminal.write(read.bytes);
    position += read.bytes.length;
  }
  return to;
};

const atRandom = (length: number): Uint8Array => {
  const random = new Randomness(7);
  return Uint8Array.from({ length }, () => random.whole(256));
};

const PIECES = [
  "plain text ",
  "\r\n",
  "漢字",
  "é😀",
  "\x1b[1;32mgreen\x1b[0m",
  "\x1b[2J\x1b[H",
  "\x1b[3;5Hplaced",
  "\x1b]0;a title\x07",
  "\x1bP1$r0m\x1b\\",
  "\x1b[2;5r",
  "\x1b[r",
  "\x1b[2L",
  "\u009b4mC1\u009b0m",
  "\ttab",
] as const;

describe("Screen", () => {
  it.each([1, 2, 3, 4, 5, 6])(
    "is told at any byte so that the stream goes on without doubles or holes (seed %i)",
    (seed) => {
      const random = new Randomness(seed);
      const log = open();
      log.markSize(30, 8);
      const screen = Screen.begin(log, null);
      const snapshots: Snapshot[] = [];
      const text = Buffer.from(Array.from({ length: 300 }, () => random.pick(PIECES)).join(""));
      for (let at = 0; at < text.length; ) {
        // Cut anywhere: in the middle of sequences and characters too.
        const length = 1 + random.whole(9);
        log.append(text.subarray(at, at + length));
        at += length;
        if (random.whole(40) === 0) log.markSize(20 + random.whole(30), 5 + random.whole(10));
        if (random.whole(5) > 0) continue;
        while (screen.position < log.end) screen.advance();
        screen.advance();
        snapshots.push(screen.snapshot());
      }
      const whole = seenBy(log, { offset: 0, cols: 30, rows: 8, screen: "" });
      expect(drawn(log).snapshot().screen).toBe(whole);
      for (const snapshot of snapshots.slice(-20)) {
        // What a reflow has moved out of the scrollback is gone for those who come later; the screen itself is the same.
        expect(seenBy(log, snapshot)?.slice(-200)).toBe(whole?.slice(-200));
      }
      log.close();
    },
  );

  it.each([1, 2, 3])(
    "looks the same whether or not it skipped lines that nobody can see any more (seed %i)",
    (seed) => {
      const random = new Randomness(seed);
      const log = open();
      log.markSize(40, 10);
      const line = () => `${"word ".repeat(random.whole(12))}${random.whole(1000)}\r\n`;
      const lines = (bytes: number) => {
        let text = "";
        while (text.length < bytes) text += line();
        return text;
      };
      log.append(Buffer.from(`\x1b[31m\x1b[2;6rred\x1b[?25l${lines(700_000)}`));
      if (random.whole(2) === 0) log.markSize(50, 12);
      log.append(Buffer.from(lines(300_000)));
      log.append(Buffer.from(`\x1b[r\x1b[0m${lines(900_000)}the\tend\b`));
      const screen = Screen.begin(log, null);
      let drawnBytes = 0;
      while (screen.position < log.end) drawnBytes += screen.advance().bytes;
      expect(drawnBytes).toBeLessThan(log.end / 2);
      const all = seenBy(log, { offset: 0, cols: 40, rows: 10, screen: "" });
      expect(screen.snapshot().screen === all).toBe(true);
      log.close();
    },
  );

  it("skips nothing when the lines are not enough to push everything else out", () => {
    const log = open();
    log.markSize(40, 10);
    log.append(Buffer.from("a title\r\n"));
    log.append(Buffer.from("\r 50 %".repeat(200_000)));
    expect(drawn(log).snapshot().screen).toContain("a title");
    log.close();
  });

  it("goes on from a saved screen, with modes set long before it", () => {
    const log = open();
    log.markSize(40, 10);
    log.append(Buffer.from("\x1b[?1049h\x1b[?2004h\x1b[2;4rhello"));
    const saved = drawn(log).snapshot();
    log.append(Buffer.from("\r\nworld"));
    log.markSize(50, 12);
    const screen = drawn(log, saved).snapshot();
    expect(screen).toEqual(drawn(log).snapshot());
    expect(screen).toMatchObject({ cols: 50, rows: 12, offset: log.end });
    expect(screen.screen).toContain("\x1b[?2004h");
    log.close();
  });

  it("begins empty at the beginning of a line when a saved screen is too far back", () => {
    const log = open();
    log.markSize(80, 24);
    log.append(Buffer.from("\x1b[?1049hold"));
    const saved = drawn(log).snapshot();
    const line = `${"x".repeat(77)}\r\n`;
    const chunk = Buffer.from(line.repeat(1000));
    while (log.end - saved.offset <= REPLAY_MAXIMUM_BYTES) log.append(chunk);
    const { screen, offset } = drawn(log, saved).snapshot();
    expect(offset).toBe(log.end);
    expect(screen).not.toContain("\x1b[?1049h");
    expect(screen.startsWith("x".repeat(77))).toBe(true);
    log.close();
  });

  it.each<[string, () => string | Uint8Array]>([
    ["titles by the hundred thousand", () => "\x1b]0;a title\x07".repeat(100_000)],
    ["a device control string of a megabyte", () => `\x1bP${"q".repeat(1_000_000)}\x1b\\`],
    ["a line of two megabytes", () => "x".repeat(2_000_000)],
    ["a letter with a hundred thousand accents", () => `a${"\u0301".repeat(100_000)}`],
    ["200,000 bytes at random", () => atRandom(200_000)],
    ["8-bit controls, as characters and as bare bytes", () => Buffer.from("9b3333483b9d303b749c90c29b324ac29d", "hex")],
    ["questions, sizes and modes", () => "\x05\x1b[6n\x1b[c\x1b[21t\x1b[8;5;5t\x1b[?1049h\x1b[4h".repeat(20_000)],
    ["repetitions without number", () => "x\x1b[2147483647b\x1b[2147483647S\x1b[2147483647L".repeat(1_000)],
  ])("comes through %s and shows what is printed then", (_, hostile) => {
    const log = open();
    log.markSize(80, 24);
    log.append(Buffer.from(hostile()));
    // Ends any sequence, and resets everything, as "reset" does.
    log.append(Buffer.from("\x18\x1b\\\x1bcalive"));
    expect(drawn(log).snapshot()).toMatchObject({ cols: 80, rows: 24, screen: "alive", offset: log.end });
    log.close();
  });

  it("does not wait for the end of a sequence that never ends", () => {
    const log = open();
    log.append(Buffer.from("before\x1b]0;"));
    log.append(Buffer.alloc(200_000, "t"));
    expect(drawn(log).snapshot()).toMatchObject({ offset: log.end, screen: "before" });
    log.close();
  });
});

/** What a guest may have set when it dies, each by itself; sequences that it did not finish as well. */
const LEFT_BEHIND = {
  "mouse reports": "\x1b[?1003h\x1b[?1006h",
  "mouse reports in pixels": "\x1b[?1002h\x1b[?1016h",
  "focus reports": "\x1b[?1004h",
  "bracketed paste": "\x1b[?2004h",
  "application cursor keys": "\x1b[?1h",
  "application keypad": "\x1b=",
  "insert mode": "\x1b[4h",
  "no wrapping": "\x1b[?7l",
  "reverse wrap": "\x1b[?45h",
  "synchronised output": "\x1b[?2026h",
  "hidden cursor": "\x1b[?25l",
  "scroll region": "\x1b7\x1b[2;4r\x1b8",
  "scroll region and origin": "\x1b7\x1b[2;4r\x1b[?6h\x1b[2;1H\x1b[?6l\x1b8\x1b7\x1b[?6h\x1b8",
  "line drawing": "\x1b(0\x1b)0\x0e",
  colours: "\x1b[1;4;7;31;42m",
  "a link": "\x1b]8;;http://example.com\x1b\\",
  "tab stops": "\x1b[3g",
  "an unfinished CSI": "\x1b[38;5",
  "an unfinished OSC": "\x1b]0;no end",
  "an unfinished DCS": "\x1bP1$r",
  "an unfinished character": "\xe6",
  "the alternate screen": "\x1b[?1049h\x1b[2J\x1b[3;3Hvim",
} as const;

describe("a new terminal", () => {
  const AFTER = "\ttab\r\nthe next boot [38;5mq\r\n";

  it.each(Object.entries(LEFT_BEHIND))("begins at a boot, and at the guest's end: %s is gone", (_what, left) => {
    const clean = open();
    clean.append(Buffer.from(`one\r\ntwo${AFTER}`));
    const expected = drawn(clean).snapshot().screen;
    const log = open();
    log.append(Buffer.from(`one\r\ntwo${left}`, "latin1"));
    log.markOff();
    const off = drawn(log).snapshot();
    const empty = open();
    empty.append(Buffer.from("one\r\ntwo"));
    expect(off.screen).toBe(drawn(empty).snapshot().screen);

    log.markBoot(2);
    log.append(Buffer.from(AFTER));
    expect(drawn(log).snapshot().screen).toBe(expected);
    // The same from a screen that was saved while all that was in force.
    const { screen, offset, ...size } = drawn(log).snapshot();
    expect(drawn(log, { screen, offset, ...size }).snapshot().screen).toBe(expected);
    for (const each of [clean, log, empty]) each.close();
  });

  it("keeps what was printed before, and the modes that the new boot sets", () => {
    const log = open();
    log.append(Buffer.from("before\r\n\x1b[?2004h"));
    log.markBoot(2);
    log.append(Buffer.from("after\x1b[?1h"));
    const { screen } = drawn(log).snapshot();
    expect(screen).toContain("before");
    expect(screen).toContain("after");
    expect(screen).toContain("\x1b[?1h");
    expect(screen).not.toContain("?2004h");
    log.close();
  });

  it("is not lost in a screen that an older version saved, where a dead boot's modes live on", () => {
    const log = open();
    log.append(Buffer.from("before\r\n\x1b[?1003h\x1b[?2004h"));
    log.markBoot(2);
    log.append(Buffer.from("after"));
    const saved: SavedScreen = {
      offset: log.end,
      cols: 80,
      rows: 24,
      screen: "before\r\nafter\x1b[?2004h\x1b[?1003h",
      renewedAt: null,
    };
    const screen = Screen.begin(log, saved);
    while (screen.position < log.end) screen.advance();
    expect(screen.snapshot().screen).toBe("after");
    // A guest that is off keeps the picture, and no mode.
    log.markOff();
    const off = Screen.begin(log, saved);
    off.advance();
    expect(off.snapshot().screen).toBe("before\r\nafter");
    log.close();
  });
});
