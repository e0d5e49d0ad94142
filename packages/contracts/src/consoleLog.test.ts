import { expect, it } from "vitest";
import type { Client } from "./client.ts";
import { ConsoleLog } from "./consoleLog.ts";

/* The client is a fake: the lines of a real guest's log are not known to the byte. test/ has the real one. */

const logOf = (text: string, segment = 1000): ConsoleLog => {
  const all = Buffer.from(text);
  const readConsoleLog: Client["readConsoleLog"] = async ({ query = {} }) => {
    const limit = Number(query.limit);
    const from = query.from === undefined ? Math.max(0, all.length - limit) : Number(query.from);
    const bytes = all.subarray(from, from + (query.from === undefined ? limit : Math.min(limit, segment)));
    return new Response(bytes, { headers: { "x-corral-offset": `${from}` } });
  };
  return new ConsoleLog({ readConsoleLog } as Client, "web1", "con0");
};

const lastLines = async (text: string, lines: number): Promise<string> =>
  Buffer.from(await logOf(text).lastLines(lines)).toString();

it("gives the last lines", async () => {
  expect(await lastLines("one\ntwo\nthree\n", 2)).toBe("two\nthree\n");
  expect(await lastLines("one\ntwo\nthree", 2)).toBe("two\nthree");
  expect(await lastLines("one\ntwo\n", 9)).toBe("one\ntwo\n");
  expect(await lastLines("\n\n\n", 2)).toBe("\n\n");
  expect(await lastLines("one\n", 0)).toBe("");
  expect(await lastLines("", 3)).toBe("");
});

it("reads further back when the lines are long", async () => {
  const lines = Array.from({ length: 50 }, (_, index) => `${index} ${"x".repeat(5000)}\n`);
  expect(await lastLines(lines.join(""), 20)).toBe(lines.slice(-20).join(""));
});

it("reads the whole log, however it is cut", async () => {
  const text = "line\n".repeat(1000);
  let read = "";
  for await (const bytes of logOf(text).whole()) read += Buffer.from(bytes).toString();
  expect(read).toBe(text);
});
