import type { KeyboardEvent, PointerEvent } from "react";
import { formatDuration } from "../ui/quantities.ts";
import type { CastMark, CastMarkKind, CastState } from "./CastPlayer.ts";

/** Marks drawn at most: more would be one solid bar. */
const MARKS_MAXIMUM = 400;
/** What the arrow keys move by, in seconds. */
const STEP_S = 5;

const LOOK: Readonly<Record<CastMarkKind, string>> = {
  boot: "bg-ink h-3.5",
  panic: "bg-wrong h-3.5",
  login: "bg-on h-2.5",
  typing: "bg-paused h-2",
  hole: "bg-line-strong h-2.5",
};

export const wordsOf = ({ kind, words }: CastMark): string => {
  if (kind === "boot") return `Boot ${words}`;
  if (kind === "login") return `Login of ${words}`;
  if (kind === "typing") return `${words} types`;
  return kind === "hole" ? `${words} bytes are not kept` : words;
};

/** How far a recording is, what happened when, and a way to any of it. */
export const Timeline = ({ state, onSeek }: { state: CastState; onSeek: (position: number) => void }) => {
  const { duration, position, marks } = state;
  const share = (at: number) => `${duration === 0 ? 0 : (at / duration) * 100}%`;
  const seekTo = (event: PointerEvent<HTMLDivElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    onSeek(((event.clientX - left) / width) * duration);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowLeft: position - STEP_S, ArrowRight: position + STEP_S, Home: 0, End: duration }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onSeek(to);
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="Position"
      aria-valuemin={0}
      aria-valuemax={Math.round(duration)}
      aria-valuenow={Math.round(position)}
      aria-valuetext={`${formatDuration(position * 1000)} of ${formatDuration(duration * 1000)}`}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        seekTo(event);
      }}
      onPointerMove={(event) => event.buttons === 1 && seekTo(event)}
      className="relative h-6 shrink-0 touch-none"
    >
      <span className="absolute inset-x-0 top-1/2 h-1 -translate-y-1/2 rounded-full bg-pressed" />
      <span
        className="absolute left-0 top-1/2 h-1 -translate-y-1/2 rounded-full bg-inverse"
        style={{ width: share(position) }}
      />
      {marks.slice(0, MARKS_MAXIMUM).map((mark, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: marks are only ever added at the end
          key={index}
          title={wordsOf(mark)}
          data-mark={mark.kind}
          className={`absolute top-1/2 w-0.75 -translate-x-1/2 -translate-y-1/2 rounded-full ring-1 ring-surface ${LOOK[mark.kind]}`}
          style={{ left: share(mark.at) }}
        />
      ))}
      <span
        className="pointer-events-none absolute top-1/2 size-3 -translate-x-1/2 -translate-y-1/2 rounded-full border-2 border-surface bg-inverse"
        style={{ left: share(position) }}
      />
    </div>
  );
};
