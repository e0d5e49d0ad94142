import { expect, test } from "vitest";
import { LoginThrottle } from "./loginThrottle.ts";

const isSlowed = (throttle: LoginThrottle, account: string, address: string, now: number) => {
  try {
    throttle.attempt(account, address, now);
    return false;
  } catch {
    return true;
  }
};

test("five mistakes are free, then each wait is twice the last", () => {
  const throttle = new LoginThrottle();
  for (let n = 0; n < 5; n += 1) expect(isSlowed(throttle, "ada", "10.0.0.1", 0)).toBe(false);
  expect(isSlowed(throttle, "ada", "10.0.0.1", 999)).toBe(true);
  expect(isSlowed(throttle, "ada", "10.0.0.1", 1_000)).toBe(false);
  expect(isSlowed(throttle, "ada", "10.0.0.1", 2_999)).toBe(true);
  expect(isSlowed(throttle, "ada", "10.0.0.1", 3_000)).toBe(false);
});

test("an address that guesses is shut out for long, the account it guesses only for moments", () => {
  const throttle = new LoginThrottle();
  let now = 0;
  for (let n = 0; n < 40; n += 1) {
    now += 15 * 60_000;
    expect(isSlowed(throttle, "ada", "10.0.0.1", now)).toBe(false);
  }
  expect(isSlowed(throttle, "ada", "10.0.0.1", now + 14 * 60_000)).toBe(true);
  expect(isSlowed(throttle, "eve", "10.0.0.1", now + 14 * 60_000)).toBe(true);
  expect(isSlowed(throttle, "ada", "10.0.0.2", now + 30_000)).toBe(false);
});

test("who gets in begins anew, and an hour forgives", () => {
  const throttle = new LoginThrottle();
  for (let n = 0; n < 5; n += 1) throttle.attempt("ada", "10.0.0.1", 0);
  throttle.succeeded("ada", "10.0.0.1");
  expect(isSlowed(throttle, "ada", "10.0.0.1", 1)).toBe(false);
  for (let n = 0; n < 4; n += 1) throttle.attempt("ada", "10.0.0.1", 1);
  for (let n = 0; n < 4; n += 1) expect(isSlowed(throttle, "ada", "10.0.0.1", 3_600_002)).toBe(false);
});
