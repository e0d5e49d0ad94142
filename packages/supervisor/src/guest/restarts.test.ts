import type { Ending } from "@corral/contracts";
import { expect, it } from "vitest";
import { Restarts } from "./restarts.ts";

const ended = (kind: Ending["kind"]): Ending => ({ kind, at: "", message: "", remedy: null, exitCode: null });

it("tries a boot that died early three times, and three times again after one that succeeded or a person's start", () => {
  const restarts = new Restarts();
  const failed = () => restarts.after(ended("boot-failed"), null, "never");
  const three = [1, 2, 3].map((bootRetry) => ({ next: "start", delayMs: 0, bootRetry, waiting: null }));
  expect([failed(), failed(), failed()]).toEqual(three);
  expect(failed()).toEqual({ next: "stay-crashed" });
  restarts.booted();
  expect(failed()).toEqual(three[0]);
  restarts.reset();
  expect(failed()).toEqual(three[0]);
});

it("waits longer after each crash, says so, and leaves a guest crashed that crashes too often", () => {
  const restarts = new Restarts();
  const crashed = () => restarts.after(ended("panic"), null, "on-crash");
  expect(crashed()).toEqual({
    next: "start",
    delayMs: 1_000,
    bootRetry: null,
    waiting: "Crashed. Starting again in 1 s, try 1 of 5.",
  });
  for (let again = 2; again <= 5; again += 1) expect(crashed()).toMatchObject({ next: "start" });
  expect(crashed()).toEqual({ next: "stay-crashed" });
  // A person who restarts it now is obeyed at once.
  expect(restarts.after(ended("panic"), "force-restart", "never")).toMatchObject({ next: "start", delayMs: 0 });
});
