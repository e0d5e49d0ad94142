import { expect, test } from "vitest";
import { CHALLENGE_LIFETIME_MS, PasskeyChallenges } from "./passkeyChallenges.ts";

test("a challenge is good once, for five minutes, and the oldest of too many is forgotten", () => {
  const challenges = new PasskeyChallenges<string>();
  challenges.add("a", "alice", 0);
  expect([challenges.take("a", 1), challenges.take("a", 1), challenges.take("b", 1)]).toEqual(["alice", null, null]);
  challenges.add("late", "alice", 0);
  expect(challenges.take("late", CHALLENGE_LIFETIME_MS)).toBeNull();
  for (let n = 0; n < 1_001; n += 1) challenges.add(`c${n}`, "bob", 0);
  expect([challenges.take("c0", 1), challenges.take("c1", 1), challenges.take("c1000", 1)]).toEqual([
    null,
    "bob",
    "bob",
  ]);
});
