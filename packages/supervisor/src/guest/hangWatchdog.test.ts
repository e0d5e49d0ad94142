import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { GuestSpec } from "../index.ts";
import { childrenOf } from "../sandbox/processes.ts";
import { TestFleet, until, type Viewing } from "../testing/fleet.ts";
import { whyNoWatchdog } from "./hangWatchdog.ts";
import { heard } from "./heard.ts";

let fleet: TestFleet;
let spec: GuestSpec;
let console: Viewing;
beforeAll(async () => {
  fleet = await TestFleet.open();
  ({ spec, console } = await fleet.boot("watched"));
});
afterAll(() => fleet.end());

/** What the kernel starts, told where Corral listens. The minute that it then waits is its own. */
const helpers = () =>
  childrenOf(fleet.supervisor.status(spec.id).pid as number).filter((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("uml_watchdog"),
  );

it("a guest that opens its watchdog is watched from inside its sandbox", async () => {
  expect(fleet.supervisor.status(spec.id).noWatchdog).toBeNull();
  expect(helpers()).toEqual([]);
  console.type("exec 9> /dev/watchdog && echo watched-$((1+1))\r");
  await console.see(/watched-2/);
  await until(
    () => helpers().length === 1,
    () => "the program that watches",
  );
});

it("where there is none, it is said why", () => {
  expect(whyNoWatchdog({ ...spec, kernel: { ...spec.kernel, watchdog: false } }, null)).toMatch(/UML_WATCHDOG/);
});

it("a guest that only stands still is not said to hang", () => {
  const words = (standsStill: string | null) => heard({ kind: "hang" }, new Date(), standsStill).event.text;
  expect(words(null)).toMatch(/its programs hang/);
  expect(words("is paused")).toMatch(/it is paused/);
});
