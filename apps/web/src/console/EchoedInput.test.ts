import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EchoedInput, type SendingState } from "./EchoedInput.ts";

/* The guest is a fake, since a real tty cannot be made to keep an echo back until a test says so. */

let sent: string[];
let states: SendingState[];
const begin = (text: string): EchoedInput =>
  new EchoedInput({ text, send: (piece) => sent.push(piece), onState: (state) => states.push(state) });
const echo = (input: EchoedInput, text: string) => input.output(new TextEncoder().encode(text));
const phase = () => states.at(-1)?.phase;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  states = [];
});
afterEach(() => vi.useRealTimers());

it("sends a line when the one before was echoed, whatever is printed in between", () => {
  const input = begin("echo one\nls -l\n");
  expect(sent).toEqual(["echo one\r"]);
  echo(input, "ec[ 12.3] eth0: up\r\n# ec");
  expect(sent).toHaveLength(1);
  echo(input, "ho one\r\n");
  expect(sent).toEqual(["echo one\r", "ls -l\r"]);
  echo(input, "one\r\n# ls -l\r\n");
  expect(states.at(-1)).toEqual({ phase: "done", sent: 15, total: 15 });
});

it("cuts a long line, leaves out control characters, and never cuts a character in two", () => {
  const input = begin(`${"x".repeat(199)}😀y\u001b[31m\u0000\ttab\r\n`);
  expect(sent).toEqual([`${"x".repeat(199)}😀`]);
  echo(input, "x".repeat(199));
  expect(sent[1]).toBe("y[31m\ttab\r");
});

it("asks when no echo comes, goes on without one when told to, and waits again when there is one", () => {
  const input = begin("secret\nnext\nthird\nfourth\n");
  vi.advanceTimersByTime(2000);
  expect(phase()).toBe("silent");
  expect(sent).toHaveLength(1);
  input.goOn();
  expect(sent).toEqual(["secret\r", "next\r"]);
  vi.advanceTimersByTime(150);
  expect(sent).toHaveLength(3);
  echo(input, "third\r\n");
  expect(sent).toHaveLength(4);
  vi.advanceTimersByTime(2000);
  expect(phase()).toBe("silent");
  // A late echo is as good as an answer.
  echo(input, "fourth\r\n");
  expect(phase()).toBe("done");
});

it("marks each piece for a program that tells pastes from typing, and waits for its letters only", () => {
  const send = (piece: string) => sent.push(piece);
  const input = new EchoedInput({
    text: "if x\nthen y\u001b[201~\n",
    bracketed: true,
    send,
    onState: (state) => states.push(state),
  });
  expect(sent).toEqual(["\u001b[200~if x\r\u001b[201~"]);
  echo(input, "if x");
  // The paste cannot end its own mark.
  expect(sent[1]).toBe("\u001b[200~then y[201~\r\u001b[201~");
  echo(input, "then y[201~");
  expect(phase()).toBe("done");
});

it("does not wait for what has no echo, and stops for good", () => {
  const input = begin("üü\nrest\n");
  echo(input, "\r\n");
  expect(sent).toEqual(["üü\r", "rest\r"]);
  input.stop();
  input.stop();
  echo(input, "rest\r\n");
  vi.advanceTimersByTime(5000);
  expect(phase()).toBe("stopped");
  expect(begin("").goOn()).toBeUndefined();
  expect(phase()).toBe("done");
});
