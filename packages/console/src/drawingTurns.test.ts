import { expect, it } from "vitest";
import { takeTurn } from "./drawingTurns.ts";

const no = () => false;
const eventLoopTurn = () => new Promise((resolve) => setImmediate(resolve));

it("lets one draw in each turn of the event loop, in order, and none that called it off", async () => {
  const drawn: number[] = [];
  const callOff = [1, 2, 3, 4].map((screen) => takeTurn(() => drawn.push(screen), no));
  callOff[1]?.();
  const seen: string[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    await eventLoopTurn();
    seen.push(drawn.join(""));
  }
  expect(seen).toEqual(["1", "13", "134", "134"]);
});

it("lets one that somebody waits for go first", async () => {
  const drawn: number[] = [];
  let awaited = 0;
  for (const screen of [1, 2, 3]) {
    takeTurn(
      () => drawn.push(screen),
      () => screen === awaited,
    );
  }
  awaited = 3;
  for (let turn = 0; turn < 3; turn += 1) await eventLoopTurn();
  expect(drawn).toEqual([3, 1, 2]);
});

it("goes on after one that fails", async () => {
  const failed = new Promise((resolve) => process.once("uncaughtException", resolve));
  takeTurn(() => {
    throw new Error("cannot draw");
  }, no);
  const next = new Promise<void>((resolve) => takeTurn(resolve, no));
  await next;
  expect(await failed).toMatchObject({ message: "cannot draw" });
});
