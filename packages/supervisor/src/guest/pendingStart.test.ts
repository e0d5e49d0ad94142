import { expect, it } from "vitest";
import { BootGate } from "../launch/bootGate.ts";
import { PendingStart } from "./pendingStart.ts";

const nothing = () => {};

it("waits for its place, keeps it until the guest has booted, and gives it back when the launch fails", async () => {
  const gate = new BootGate(1);
  const [first, second, third] = [new PendingStart(gate), new PendingStart(gate), new PendingStart(gate)];
  const told: string[] = [];
  await first.run(0, nothing, async () => void told.push("first"));
  const failing = second.run(
    0,
    () => told.push("second waits"),
    async () => {
      throw new Error("no kernel");
    },
  );
  expect(second).toMatchObject({ isWaiting: true, mustWait: true });
  first.leavePlace();
  await expect(failing).rejects.toThrow("no kernel");
  await third.run(0, nothing, async () => void told.push("third"));
  expect(told).toEqual(["first", "second waits", "third"]);
  expect(second.isWaiting).toBe(false);
});

it("that has begun when it is called off is waited for, by the next start and by whoever takes the files away", async () => {
  const start = new PendingStart(new BootGate(4));
  const told: string[] = [];
  let endFirst = nothing;
  const first = start.run(0, nothing, async (calledOff) => {
    await new Promise<void>((resolve) => {
      endFirst = resolve;
    });
    told.push(`first ends, ${calledOff.aborted ? "called off" : "wanted"}`);
  });
  while (endFirst === nothing) await Promise.resolve();
  start.callOff();
  const second = start.run(0, nothing, async () => void told.push("second"));
  const ended = start.end().then(() => told.push("all ended"));
  const third = start.run(0, nothing, async () => void told.push("third"));
  endFirst();
  await Promise.all([first, second, third, ended]);
  expect(told[0]).toBe("first ends, called off");
  expect(told.slice(1).sort()).toEqual(["all ended", "third"]);
});

it("that is called off never happens, and leaves its successor's place alone", async () => {
  const gate = new BootGate(1);
  const start = new PendingStart(gate);
  const launched: string[] = [];
  const delayed = start.run(60_000, nothing, async () => void launched.push("delayed"));
  start.callOff();
  await Promise.all([delayed, start.run(0, nothing, async () => void launched.push("at once"))]);
  expect(launched).toEqual(["at once"]);
  expect(gate.isFull).toBe(true);
});
