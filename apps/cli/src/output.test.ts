import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { Output } from "./output.ts";

const written = (json: boolean, value: string): string => {
  let text = "";
  const sink = new Writable({
    write: (chunk, _, done) => {
      text += String(chunk);
      done();
    },
  });
  new Output(sink, sink, json).result({ value }, ({ value: words }) => words);
  return text;
};

const hostile = "panic: \u001b]0;owned\u0007\u009b31m\u007f";

it("prints nothing of a guest's words that a terminal would obey, in words or JSON", () => {
  for (const json of [false, true]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be left
    expect(written(json, hostile)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  }
});

it("keeps JSON's meaning", () => {
  expect(JSON.parse(written(true, hostile))).toEqual({ value: hostile });
});
