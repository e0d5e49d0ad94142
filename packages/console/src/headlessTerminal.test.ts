import { describe, expect, it } from "vitest";
import { HeadlessTerminal } from "./headlessTerminal.ts";

const after = (output: string, cols = 20, rows = 6): HeadlessTerminal => {
  const terminal = new HeadlessTerminal(cols, rows);
  terminal.write(output);
  return terminal;
};

/** Two terminals that look alike after more output were alike in all that the output touches. */
const copyOf = (terminal: HeadlessTerminal): HeadlessTerminal =>
  after(terminal.text() ?? "", terminal.cols, terminal.rows);

describe("HeadlessTerminal", () => {
  it.each([
    ["text and colours", "one\r\n\x1b[1;31mtwo\x1b[0m three", "!"],
    ["scrollback", Array.from({ length: 30 }, (_, line) => `line ${line}\r\n`).join(""), "end\r\n"],
    ["wide and combined characters", "漢字 👩‍👩‍👧 é ", "x"],
    ["the alternate screen", "shell$ vi\x1b[?1049h\x1b[2J\x1b[3;4Hinside", "\x1b[?1049ldone"],
    ["a scroll region", "\x1b[2;4ra\r\nb\r\nc\r\nd", "\r\ne\r\nf"],
    ["origin mode", "\x1b[2;4r\x1b[?6hx", "\x1b[1;1Hy\r\nz"],
    ["line drawing", "\x1b(0lqk", "x"],
    ["line drawing by shift", "\x1b)0\x0elqk", "x\x0fx"],
    ["bracketed paste, mouse and hidden cursor", "\x1b[?2004h\x1b[?1000h\x1b[?1006h\x1b[?25l", "x"],
  ])("tells %s so that a copy goes on alike", (_, output, more) => {
    const original = after(output);
    const copy = copyOf(original);
    expect(copy.text()).toBe(original.text());
    original.write(more);
    copy.write(more);
    expect(copy.text()).toBe(original.text());
  });

  it("knows when a sequence or a character is not complete", () => {
    const terminal = after("plain");
    expect([terminal.inSequence, terminal.inCharacter]).toEqual([false, false]);
    terminal.write("\x1b[3");
    expect(terminal.inSequence).toBe(true);
    terminal.write("1m");
    expect(terminal.inSequence).toBe(false);
    terminal.write(Buffer.from("字").subarray(0, 2));
    expect([terminal.inSequence, terminal.inCharacter]).toEqual([false, true]);
    terminal.write(Buffer.from("字").subarray(2));
    expect(terminal.inCharacter).toBe(false);
  });

  it("gets through any sequence that asks for two thousand million repetitions", () => {
    const terminal = new HeadlessTerminal(80, 24);
    for (let final = 0x40; final <= 0x7e; final++) {
      for (const between of ["", " ", "'", "$", "?"]) {
        const [prefix, suffix] = between === "?" ? ["?", ""] : ["", between];
        terminal.write(`text\x1b[${prefix}2147483647;2147483647${suffix}${String.fromCharCode(final)}`);
      }
    }
    terminal.reset();
    terminal.write("alive");
    expect(terminal.text()).toBe("alive");
  });

  it("repeats as often as it can be seen", () => {
    expect(after("x\x1b[999999999b", 4, 2).text()?.endsWith("xxxxxxxx")).toBe(true);
    expect(after("a\r\nb\r\nc\x1b[999999999S", 4, 3).text()).not.toMatch(/[abc]/);
  });

  it("refuses to tell a screen that has grown without bound", () => {
    const terminal = new HeadlessTerminal(20, 5);
    const marks = Buffer.from("\u0301".repeat(32 * 1024));
    for (let written = 0; written < 150; written++) terminal.write(marks);
    expect(terminal.text()).toBeNull();
  });
});
