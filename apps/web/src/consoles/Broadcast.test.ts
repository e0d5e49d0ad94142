import { Terminal } from "@xterm/headless";
import { expect, it } from "vitest";
import { Broadcast } from "./Broadcast.ts";

const open = () => {
  const terminal = new Terminal({ allowProposedApi: true });
  const typed: string[] = [];
  terminal.onData((data) => typed.push(data));
  return { terminal: terminal as never, typed, type: (data: string) => terminal.input(data) };
};

it("types into all of the set what is typed into one, once", () => {
  const [one, two, three, outside] = [open(), open(), open(), open()];
  const broadcast = new Broadcast();
  const leave = [one, two, three].map(({ terminal }) => broadcast.join(terminal));
  two.type("ls\r");
  expect([one, two, three, outside].map(({ typed }) => typed)).toEqual([["ls\r"], ["ls\r"], ["ls\r"], []]);

  leave[0]?.();
  two.type("x");
  expect([one.typed.length, three.typed.length]).toEqual([1, 2]);
  outside.type("alone");
  expect(three.typed).toHaveLength(2);
});

it("keeps answers, mouse and focus of a terminal to itself", () => {
  const [one, two] = [open(), open()];
  const broadcast = new Broadcast();
  for (const { terminal } of [one, two]) broadcast.join(terminal);
  for (const own of ["\u001b[24;80R", "\u001b[I", "\u001b[O", "\u001b[<0;3;4M", "\u001b[M !!"]) one.type(own);
  expect(two.typed).toEqual([]);
  one.type("\u001b[A");
  expect(two.typed).toEqual(["\u001b[A"]);
});
