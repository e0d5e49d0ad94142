import { type RefObject, useEffect, useRef } from "react";
import { useDark } from "../app/theme.ts";
import { usePreferences } from "../console/preferences.ts";
import { terminalTheme } from "../console/terminalThemes.ts";
import { drawScreen } from "./drawScreen.ts";
import type { HerdFeed, HerdScreen } from "./HerdFeed.ts";

/** A little outside the window counts as in view, so that scrolling meets what is drawn already. */
const VIEW_MARGIN = "200px";

/** One guest's console as it is now, while it is in view. */
export const Thumbnail = ({ guest, on, feed }: { guest: string; on: boolean; feed: HerdFeed }) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = terminalTheme(usePreferences().theme, useDark());
  useDrawing(canvas, guest, on, feed, theme);
  return (
    <span style={{ background: theme.background }} className="block size-full p-1.5">
      <canvas ref={canvas} data-thumbnail={guest} aria-hidden className="block size-full" />
    </span>
  );
};

const useDrawing = (
  canvas: RefObject<HTMLCanvasElement | null>,
  guest: string,
  on: boolean,
  feed: HerdFeed,
  theme: ReturnType<typeof terminalTheme>,
) => {
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const font = getComputedStyle(document.documentElement).getPropertyValue("--font-code");
    let screen: HerdScreen | undefined;
    /** What the canvas shows. */
    let drawn: HerdScreen | undefined;
    let leave: (() => void) | undefined;
    const draw = () => {
      const ratio = window.devicePixelRatio;
      const width = Math.round(element.clientWidth * ratio);
      const height = Math.round(element.clientHeight * ratio);
      if (width === 0 || height === 0) return;
      if (element.width !== width || element.height !== height) {
        element.width = width;
        element.height = height;
        drawn = undefined;
      }
      if (screen === undefined) return;
      drawScreen(element, screen, drawn, theme, font);
      drawn = screen;
      element.dataset.drawn = "true";
    };
    const seen = new IntersectionObserver(
      ([entry]) => {
        leave?.();
        leave = undefined;
        if (!entry?.isIntersecting) return;
        leave = feed.watch(guest, (next) => {
          // A cursor where nobody can answer would be a lie.
          screen = on ? next : { ...next, cursor: null };
          draw();
        });
      },
      { rootMargin: VIEW_MARGIN },
    );
    const sized = new ResizeObserver(draw);
    seen.observe(element);
    sized.observe(element);
    return () => {
      seen.disconnect();
      sized.disconnect();
      leave?.();
    };
  }, [canvas, guest, on, feed, theme]);
};
