import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PULSE, PULSE_EVERY_MS, SilenceWatch } from "./pulse.ts";

let told: string[] = [];
let watch: SilenceWatch;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  told = [];
  watch = new SilenceWatch({
    onDoubt: (isDoubtful) => told.push(isDoubtful ? "doubtful" : "good"),
    onLost: () => told.push("lost"),
  });
});
afterEach(() => {
  watch.close();
  vi.useRealTimers();
});

test("silence is doubted, then given up, within ten seconds", () => {
  watch.heard(PULSE);
  vi.advanceTimersByTime(2 * PULSE_EVERY_MS);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(PULSE_EVERY_MS);
  expect(told).toEqual(["doubtful"]);
  vi.advanceTimersByTime(10_000 - 3 * PULSE_EVERY_MS);
  expect(told).toEqual(["doubtful", "lost"]);
  vi.advanceTimersByTime(60_000);
  expect(told).toHaveLength(2);
});

test("anything that is heard ends the doubt", () => {
  watch.heard(PULSE);
  vi.advanceTimersByTime(3 * PULSE_EVERY_MS);
  expect(watch.heard(new ArrayBuffer(1))).toBe(false);
  expect(told).toEqual(["doubtful", "good"]);
  vi.advanceTimersByTime(2 * PULSE_EVERY_MS);
  expect(told).toHaveLength(2);
});

test("a server that never sent a pulse is not watched", () => {
  watch.heard('{"type":"hello"}');
  vi.advanceTimersByTime(600_000);
  expect(told).toEqual([]);
});

test("timers that run once a minute, as in a page in the background, raise no false alarm", () => {
  watch.heard(PULSE);
  for (let minute = 0; minute < 60; minute++) {
    // The clock goes on and no timer runs; then one does, before what came meanwhile is heard.
    vi.setSystemTime(Date.now() + 60_000);
    const now = performance.now();
    vi.spyOn(performance, "now").mockReturnValue(now + 60_000 * (minute + 1));
    vi.advanceTimersToNextTimer();
    watch.heard(PULSE);
  }
  vi.restoreAllMocks();
  expect(told).toEqual([]);
});
