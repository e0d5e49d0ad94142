import { MCONSOLE_BURST, MCONSOLE_PER_SECOND } from "@corral/contracts";
import { expect, test } from "vitest";
import { CommandLimit } from "./commandLimit.ts";

test("lets a burst through, then as many as are refilled, for each guest on its own", () => {
  const limit = new CommandLimit();
  for (let sent = 0; sent < MCONSOLE_BURST; sent += 1) limit.take("a", 1, 0);
  expect(() => limit.take("a", 1, 0)).toThrow(/at most 30 commands a second/);
  limit.take("b", 1, 0);
  for (let sent = 0; sent < MCONSOLE_PER_SECOND; sent += 1) limit.take("a", 1, 1_000);
  expect(() => limit.take("a", 1, 1_000)).toThrow();
});
