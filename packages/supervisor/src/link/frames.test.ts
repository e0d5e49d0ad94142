import { execFileSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { expect, it } from "vitest";
import { dataFrames, FRAME_MAXIMUM_BYTES, type LinkFrame, LinkFrames, wordFrames } from "./frames.ts";

/** The frames of some bytes, cut at random places. */
const parse = (bytes: Buffer, frames = new LinkFrames()): LinkFrame[] => {
  const all: LinkFrame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = randomInt(1, 2000);
    frames.push(bytes.subarray(at, at + length), (frame) => all.push(frame));
    expect(frames.held).toBeLessThanOrEqual(1024);
    at += length;
  }
  return all;
};

it("understands what the script writes, however it is cut", () => {
  const content = randomBytes(540);
  const lines = `\ncorral 1 -\n\ncorral 1 a1b2\nk\no a1 ${content.toString("base64")}\no a1 ?\ne a1 .\nt a1 12\nx a1 137\no a1 .\n`;
  for (let n = 0; n < 50; n += 1) {
    expect(parse(Buffer.from(lines))).toEqual([
      { kind: "hello", version: 1, session: null },
      { kind: "hello", version: 1, session: "a1b2" },
      { kind: "taken" },
      { kind: "output", id: "a1", stream: "stdout", bytes: content },
      { kind: "output-asks", id: "a1", stream: "stdout" },
      { kind: "output-end", id: "a1", stream: "stderr" },
      { kind: "input-taken", id: "a1" },
      { kind: "exit", id: "a1", code: 137 },
      { kind: "output-end", id: "a1", stream: "stdout" },
    ]);
  }
});

it("holds one line at most, whatever comes, and hears the next frame again", () => {
  const alphabet = [..."kxoet? .\n\n0aA=+/corral", "\0", "\xff", "\r", "x".repeat(3000)];
  for (let n = 0; n < 300; n += 1) {
    const length = randomInt(1, 400);
    const noise = Buffer.concat(
      Array.from({ length }, () =>
        randomInt(3) === 0
          ? randomBytes(randomInt(1, 50))
          : Buffer.from(alphabet[randomInt(alphabet.length)] as string),
      ),
    );
    const frames = parse(Buffer.concat([noise, Buffer.from("\nx a1 7\n")]));
    expect(frames.at(-1)).toEqual({ kind: "exit", id: "a1", code: 7 });
  }
});

it("counts every byte of a line that does not end as rubbish", () => {
  const frames = new LinkFrames();
  let rubbish = 0;
  for (let n = 0; n < 100; n += 1) {
    frames.push(Buffer.alloc(4096, "a"), (frame, bytes) => {
      expect(frame.kind).toBe("rubbish");
      rubbish += bytes;
    });
  }
  expect(rubbish).toBeGreaterThan(400_000);
});

it("sends no frame that a guest's terminal could choke on", () => {
  const words = Array.from({ length: 50 }, () => "'\n ".repeat(200));
  for (const frame of [...wordFrames(words), ...dataFrames("a".repeat(24), 2 ** 31, randomBytes(100_000))]) {
    expect(frame.length).toBeLessThanOrEqual(FRAME_MAXIMUM_BYTES);
  }
  for (const frame of wordFrames(words)) expect(frame.indexOf("\n")).toBe(frame.length - 1);
});

it("quotes every word so that a shell takes it for what it is", () => {
  for (let n = 0; n < 20; n += 1) {
    const words = Array.from({ length: 10 }, () =>
      randomBytes(randomInt(0, 40)).toString("latin1").replaceAll("\0", "\n"),
    );
    const text = wordFrames(words)
      .map((frame) =>
        frame
          .toString()
          .replace(/^words /, "")
          .replace(/\n$/, ""),
      )
      .join("");
    const script = `newline='\n'\neval "set -- $text"\nprintf '%s\\0' "$@"`;
    const printed = execFileSync("sh", ["-c", script], { env: { text } }).toString();
    expect(printed).toBe(words.map((word) => `${word}\0`).join(""));
  }
});
