import { expect, it } from "vitest";
import { BootGate } from "./bootGate.ts";

const never = new AbortController().signal;

it("lets so many in at a time, and the next when one leaves, once", async () => {
  const gate = new BootGate(2);
  const [leaveFirst] = [await gate.enter(never), await gate.enter(never)];
  expect(gate.isFull).toBe(true);
  const entered: number[] = [];
  for (const guest of [1, 2]) void gate.enter(never).then(() => entered.push(guest));
  leaveFirst();
  leaveFirst();
  await new Promise(setImmediate);
  expect(entered).toEqual([1]);
});

it("forgets one who gave up waiting", async () => {
  const gate = new BootGate(1);
  const leave = await gate.enter(never);
  const impatient = new AbortController();
  const waiting = gate.enter(impatient.signal);
  impatient.abort();
  await expect(waiting).rejects.toThrow();
  leave();
  expect(gate.isFull).toBe(false);
});
