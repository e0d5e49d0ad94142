import { describe, expect, it } from "vitest";
import { Randomness } from "../testing/randomness.ts";
import { ANSWERS_MAXIMUM, TelnetStream } from "./telnetStream.ts";

const IAC = 255;
const [DONT, DO, WONT, WILL, SB, SE] = [254, 253, 252, 251, 250, 240];
const [BINARY, ECHO, TERMINAL_TYPE, WINDOW_SIZE] = [0, 1, 24, 31];
const RUNS = 300;

const fresh = (agreed = false) => new TelnetStream({ cols: 80, rows: 24, agreed });
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

describe("TelnetStream", () => {
  it("passes on what is no command, and an escaped 255 as itself", () => {
    const { output, answer } = fresh().decode(Buffer.from([65, IAC, IAC, 66, 13, 10, 13, 0, 67]));
    expect([...output]).toEqual([65, 255, 66, 13, 10, 13, 67]);
    expect(answer).toHaveLength(0);
  });

  it("lets the server echo, tells it the window size when asked, and refuses what it does not know", () => {
    const stream = fresh();
    expect([...stream.resize(90, 30)]).toEqual([]);
    expect([...stream.decode(Buffer.from([IAC, WILL, ECHO])).answer]).toEqual([IAC, DO, ECHO]);
    expect([...stream.decode(Buffer.from([IAC, DO, TERMINAL_TYPE])).answer]).toEqual([IAC, WONT, TERMINAL_TYPE]);
    expect([...stream.decode(Buffer.from([IAC, WILL, TERMINAL_TYPE])).answer]).toEqual([IAC, DONT, TERMINAL_TYPE]);
    expect([...stream.decode(Buffer.from([IAC, DO, WINDOW_SIZE])).answer]).toEqual([
      ...[IAC, WILL, WINDOW_SIZE],
      ...[IAC, SB, WINDOW_SIZE, 0, 90, 0, 30, IAC, SE],
    ]);
    expect([...stream.resize(255, 300)]).toEqual([IAC, SB, WINDOW_SIZE, 0, IAC, IAC, 1, 44, IAC, SE]);
  });

  it("answers only what changes something", () => {
    const stream = fresh();
    stream.decode(Buffer.from([IAC, WILL, ECHO]));
    expect(stream.decode(Buffer.from([IAC, WILL, ECHO])).answer).toHaveLength(0);
    expect(stream.decode(Buffer.from([IAC, WONT, TERMINAL_TYPE])).answer).toHaveLength(0);
    expect([...stream.decode(Buffer.from([IAC, WONT, ECHO])).answer]).toEqual([IAC, DONT, ECHO]);
  });

  it("goes on where an earlier client had agreed, without asking again", () => {
    const stream = fresh(true);
    expect([...stream.encode(Buffer.from("a\r"))]).toEqual([97, 13]);
    expect(stream.resize(100, 40)).toHaveLength(9);
  });

  it("sends a return as a server without BINARY wants it", () => {
    const stream = fresh();
    expect([...stream.encode(Buffer.from([13, IAC]))]).toEqual([13, 0, IAC, IAC]);
    stream.decode(Buffer.from([IAC, DO, BINARY]));
    expect([...stream.encode(Buffer.from([13, IAC]))]).toEqual([13, IAC, IAC]);
  });

  it("stops answering a server that asks for ever", () => {
    const stream = fresh();
    let answered = 0;
    for (let i = 0; i < 10 * ANSWERS_MAXIMUM; i += 1) {
      answered += stream.decode(Buffer.from([IAC, i % 2 === 0 ? WILL : WONT, ECHO])).answer.length;
    }
    expect(answered).toBe(ANSWERS_MAXIMUM * 3);
  });

  it("makes of hostile bytes the same in pieces of any size, never more than came, and goes on afterwards", () => {
    const randomness = new Randomness(1973);
    const special = [IAC, IAC, DONT, DO, WONT, WILL, SB, SE, 13, 0, WINDOW_SIZE, ECHO, BINARY] as const;
    for (let run = 0; run < RUNS; run += 1) {
      const bytes = Buffer.from(
        Array.from({ length: 1 + randomness.whole(600) }, () =>
          randomness.whole(3) === 0 ? randomness.whole(256) : randomness.pick(special),
        ),
      );
      const whole = fresh().decode(bytes);
      const pieced = fresh();
      const outputs: Uint8Array[] = [];
      const answers: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; ) {
        const size = 1 + randomness.whole(7);
        const { output, answer } = pieced.decode(bytes.subarray(at, at + size));
        outputs.push(output);
        answers.push(answer);
        at += size;
      }
      expect(text(Buffer.concat(outputs))).toBe(text(whole.output));
      expect(text(Buffer.concat(answers))).toBe(text(whole.answer));
      expect(whole.output.length).toBeLessThanOrEqual(bytes.length);
      expect(whole.answer.length).toBeLessThanOrEqual(ANSWERS_MAXIMUM * 3 + 13 * ANSWERS_MAXIMUM);
      // Whatever was left unfinished, this ends it.
      pieced.decode(Buffer.from([0, 0, IAC, SE, 0]));
      expect(text(pieced.decode(Buffer.from("prompt")).output)).toBe("prompt");
    }
  });

  it("brings any bytes through encode and decode unchanged", () => {
    const randomness = new Randomness(854);
    for (let run = 0; run < RUNS; run += 1) {
      const keys = Buffer.from(Array.from({ length: randomness.whole(200) }, () => randomness.whole(256)));
      const wire = fresh().encode(keys);
      expect(fresh().decode(wire).output.equals(keys)).toBe(true);
    }
  });
});
