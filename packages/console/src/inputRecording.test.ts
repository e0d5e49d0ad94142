import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { InputRecording, RECORDING_MAXIMUM_BYTES, readRecording } from "./inputRecording.ts";
import { temporaryFolder } from "./testing/temporaryFolder.ts";

const ann = { id: "1", user: "ann", from: "here" };
const bob = { id: "2", user: "bob", from: "there" };
const none = () => {};

it("keeps lines with who typed them, and what two type at once apart", () => {
  const folder = temporaryFolder();
  const recording = new InputRecording(folder, none);
  for (const key of "ls\r") recording.typed(ann, Buffer.from(key), 7);
  recording.typed(ann, Buffer.from("whoa"), 20);
  recording.typed(bob, Buffer.from("gr\u00fc\u00dfe\n"), 24);
  recording.flush();
  expect(readRecording(folder, 10).map(({ user, from, offset, text }) => [user, from, offset, text])).toEqual([
    ["ann", "here", 7, "ls\r"],
    ["ann", "here", 20, "whoa"],
    ["bob", "there", 24, "gr\u00fc\u00dfe\n"],
  ]);
  expect(readRecording(folder, 1).map(({ user }) => user)).toEqual(["bob"]);
  expect(readRecording(join(folder, "nothing"), 1)).toEqual([]);
});

it("writes what stands there after a pause", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const folder = temporaryFolder();
  new InputRecording(folder, none).typed(ann, Buffer.from("secret"), 0);
  expect(readRecording(folder, 10)).toEqual([]);
  vi.advanceTimersByTime(10_000);
  vi.useRealTimers();
  expect(readRecording(folder, 10)).toMatchObject([{ text: "secret" }]);
});

it("stays within its bound and keeps the newest, whole lines only", () => {
  const folder = join(temporaryFolder(), "typed");
  const recording = new InputRecording(folder, none);
  const piece = Buffer.alloc(64 * 1024, "x");
  for (let typed = 0; typed < 2 * RECORDING_MAXIMUM_BYTES; typed += piece.length) recording.typed(ann, piece, typed);
  const size = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  expect(size).toBeLessThanOrEqual(RECORDING_MAXIMUM_BYTES);
  const kept = readRecording(folder, 1_000_000);
  expect(kept.length * piece.length).toBeGreaterThan(RECORDING_MAXIMUM_BYTES / 4);
  expect(kept.at(-1)?.offset).toBe(2 * RECORDING_MAXIMUM_BYTES - piece.length);
});

it("says what it could not keep, and reads what is whole in a damaged file", () => {
  const folder = temporaryFolder();
  const problems: string[] = [];
  const recording = new InputRecording(folder, (message) => problems.push(message));
  recording.typed(ann, Buffer.from("one\r"), 0);
  writeFileSync(join(folder, "typed.jsonl"), '{"at":"20', { flag: "a" });
  expect(readRecording(folder, 10)).toMatchObject([{ text: "one\r" }]);
  // A folder in the place of the file: also for root, who may write everywhere.
  const other = join(temporaryFolder(), "typed");
  mkdirSync(join(other, "typed.jsonl"), { recursive: true });
  new InputRecording(other, (message) => problems.push(message)).typed(ann, Buffer.from("two\r"), 0);
  expect(problems).toHaveLength(1);
});
