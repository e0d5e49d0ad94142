import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RoundClock } from "./roundClock.ts";

const EVERY_MS = 5_000;

/* Timers are faked, since what is tested is who has a turn in which step. */
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a clock for all", () => {
  it.each([1, 3, 50, 1000])("gives each of %i members one turn a round, spread over it", (count) => {
    const members = Array.from({ length: count }, (_, index) => index);
    const turns = new Map<number, number>();
    const atOnce = new Map<number, number>();
    const clock = new RoundClock(
      EVERY_MS,
      () => members,
      (member) => {
        turns.set(member, (turns.get(member) ?? 0) + 1);
        atOnce.set(Date.now(), (atOnce.get(Date.now()) ?? 0) + 1);
      },
    );
    clock.start();
    vi.advanceTimersByTime(10 * EVERY_MS);
    clock.stop();
    expect(turns.size).toBe(count);
    for (const taken of turns.values()) expect(taken).toBeOneOf([9, 10, 11]);
    expect(Math.max(...atOnce.values())).toBeLessThanOrEqual(Math.ceil(count / 5) + 1);
    vi.advanceTimersByTime(EVERY_MS);
    expect([...turns.values()].reduce((sum, each) => sum + each)).toBeLessThanOrEqual(10 * count);
  });

  it("goes on with whoever is there", () => {
    const members: string[] = [];
    const visited: string[] = [];
    const clock = new RoundClock(
      EVERY_MS,
      () => members,
      (member) => visited.push(member),
    );
    clock.start();
    vi.advanceTimersByTime(3 * EVERY_MS);
    expect(visited).toEqual([]);
    members.push("one", "two", "three");
    vi.advanceTimersByTime(2 * EVERY_MS);
    expect(new Set(visited)).toEqual(new Set(members));
    members.splice(0, 2);
    visited.length = 0;
    vi.advanceTimersByTime(2 * EVERY_MS);
    expect(new Set(visited)).toEqual(new Set(["three"]));
    clock.stop();
  });
});
