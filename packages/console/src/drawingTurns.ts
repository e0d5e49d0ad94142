/*
 * All consoles' screens are drawn in the thread that keystrokes pass through. So that a keystroke waits for one piece of
 * one screen at most, however many are being drawn, each turn of the event loop has room for one piece.
 */

const waiting = new Set<() => void>();
let isScheduled = false;

/** Calls `draw` when its turn has come. Returns what calls that off. */
export const takeTurn = (draw: () => void): (() => void) => {
  const turn = () => draw();
  waiting.add(turn);
  schedule();
  return () => {
    waiting.delete(turn);
  };
};

const schedule = (): void => {
  if (isScheduled || waiting.size === 0) return;
  isScheduled = true;
  setImmediate(next);
};

const next = (): void => {
  isScheduled = false;
  const [turn] = waiting;
  if (turn === undefined) return;
  waiting.delete(turn);
  schedule();
  turn();
};
