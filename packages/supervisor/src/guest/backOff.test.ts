import { expect, it } from "vitest";
import { BackOff } from "./backOff.ts";

it("doubles from one second, gives up after five in ten minutes, and forgets what is older", () => {
  const backOff = new BackOff();
  const delays = [0, 1, 2, 3, 4].map((second) => backOff.next(second * 1_000)?.delayMs);
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
  expect(backOff.next(5_000)).toBeNull();
  expect(backOff.next(11 * 60_000)?.delayMs).toBe(1_000);
});

it("begins anew after a person started the guest", () => {
  const backOff = new BackOff();
  backOff.next(0);
  backOff.next(1);
  backOff.reset();
  expect(backOff.next(2)).toMatchObject({ attempt: 1, delayMs: 1_000 });
});
