import { expect, it } from "vitest";
import { takeTurn } from "./drawingTurns.ts";

const eventLoopTurn = () => new Promise((resolve) => setImmediate(resolve));

it("lets one draw in each turn of the event loop, in order, and none that called it off", async () => {
  const drawn: number[] = [];
  const callOff = [1, 2, 3, 4].map((screen) => takeTurn(() => drawn.push(screen)));
  callOff[1]?.();
  const seen: string[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    await eventLoopTurn();
    seen.push(drawn.join(""));
  }
  expect(seen).toEqual(["1", "13", "134", "134"]);
});

it("goes on after one that fails", async () => {
  const failed = new Promise((resolve) => process.once("uncaughtException", resolve));
  takeTurn(() => {
    throw new Error("cannot draw");
  });
  const next = new Promise<void>((resolve) => takeTurn(resolve));
  await next;
  expect(await failed).toMatchObject({ message: "cannot draw" });
});
