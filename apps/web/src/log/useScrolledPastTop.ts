import type { Terminal } from "@xterm/xterm";
import { type RefObject, useEffect, useRef, useState } from "react";
import { formatLogPlace } from "./logPlace.ts";

/** Turns of the wheel at the top after which somebody plainly wants to go on. */
const TURNS = 4;

/**
 * Whoever scrolls up at the top of what the terminal holds is offered what is older, and gets it by scrolling on.
 * A function that goes there while it is offered; undefined: it is not.
 */
export const useScrolledPastTop = (
  host: RefObject<HTMLElement | null>,
  terminal: Terminal | undefined,
  onLog: (place: string) => void,
): (() => void) | undefined => {
  const [offered, setOffered] = useState(false);
  const go = useRef(onLog);
  go.current = onLog;

  useEffect(() => {
    const element = host.current;
    if (element === null || terminal === undefined) return;
    const ended = new AbortController();
    let turns = 0;
    const older = () => {
      turns = 0;
      setOffered(false);
      // Where the terminal begins, the history goes on.
      go.current(formatLogPlace({ kind: "end", lines: terminal.buffer.active.length }));
    };
    const offer = () => {
      turns += 1;
      setOffered(true);
      if (turns > TURNS) older();
    };
    const forget = () => {
      turns = 0;
      setOffered(false);
    };
    const options = { capture: true, passive: true, signal: ended.signal };
    const onWheel = ({ deltaY, ctrlKey }: WheelEvent) => {
      if (ctrlKey || deltaY === 0) return;
      if (deltaY < 0 && isAtTop(terminal)) offer();
      else forget();
    };
    const onKeyDown = ({ key, shiftKey }: KeyboardEvent) => {
      if (key === "PageUp" && shiftKey && isAtTop(terminal)) older();
    };
    element.addEventListener("wheel", onWheel, options);
    element.addEventListener("keydown", onKeyDown, options);
    const data = terminal.onData(forget);
    return () => {
      ended.abort();
      data.dispose();
      setOffered(false);
    };
  }, [host, terminal]);

  if (!offered || terminal === undefined) return undefined;
  return () => go.current(formatLogPlace({ kind: "end", lines: terminal.buffer.active.length }));
};

/** A program that draws the whole screen, or takes the wheel for itself, has no lines above it. */
const isAtTop = ({ buffer: { active }, modes }: Terminal): boolean =>
  active.type === "normal" && active.viewportY === 0 && modes.mouseTrackingMode === "none";
