/*
 * All consoles' screens are drawn in the thread that keystrokes pass through. So that a keystroke waits for one piece of
 * one screen at most, however many are being drawn, each turn of the event loop has room for one piece.
 */

interface Turn {
  readonly draw: () => void;
  readonly isAwaited: () => boolean;
}

const waiting = new Set<Turn>();
let isScheduled = false;

/**
 * Calls `draw` when its turn has come. A screen that somebody waits for (`isAwaited`, asked each time) goes before those
 * that are only to be saved. Returns what calls it off.
 */
export const takeTurn = (draw: () => void, isAwaited: () => boolean): (() => void) => {
  const turn = { draw, isAwaited };
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
  const [first, ...others] = waiting;
  if (first === undefined) return;
  const turn = first.isAwaited() ? first : (others.find(({ isAwaited }) => isAwaited()) ?? first);
  waiting.delete(turn);
  schedule();
  turn.draw();
};
