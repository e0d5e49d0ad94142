import type { GuestProcess } from "@corral/contracts";
import { expect, test } from "vitest";
import { ProcessorShares } from "./processorShares.ts";

const process = (pid: number, cpuSeconds: number) => ({ pid, cpuSeconds }) as GuestProcess;

test("shares are of the time between two looks, busiest first", () => {
  const shares = new ProcessorShares();
  const look = (processes: GuestProcess[], uptime: number) =>
    shares.of(processes, uptime).map(({ process: { pid }, percent }) => [pid, percent]);
  // At the first look the one that has used most of all is first.
  expect(look([process(1, 2), process(2, 50)], 100)).toEqual([
    [2, 0],
    [1, 0],
  ]);
  // 3 is new; 2 ended and its number was given to another.
  expect(look([process(1, 3), process(2, 1), process(3, 1.5)], 102)).toEqual([
    [3, 75],
    [1, 50],
    [2, 0],
  ]);
});
