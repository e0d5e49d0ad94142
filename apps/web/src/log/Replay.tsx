import type { Guest, GuestBoot } from "@corral/contracts";
import { ChevronLeft, ChevronRight, FastForward, Pause, Play, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { api } from "../api/client.ts";
import { messageOf } from "../api/errors.ts";
import { useDark } from "../app/theme.ts";
import { preferences, usePreferences } from "../console/preferences.ts";
import { terminalTheme } from "../console/terminalThemes.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { formatDuration, formatLogTime } from "../ui/quantities.ts";
import { CastPlayer, type CastState, SPEEDS, type Speed } from "./CastPlayer.ts";
import { type ChosenPart, partQuery } from "./logAddress.ts";
import { PartChooser } from "./PartChooser.tsx";
import { ReplayTerminal } from "./ReplayTerminal.ts";
import { Timeline, wordsOf } from "./Timeline.tsx";

interface ReplayProps {
  readonly guest: Guest;
  readonly name: string;
  readonly boots: readonly GuestBoot[];
  /** The boot to play first. */
  readonly boot: number | undefined;
  readonly onClose: () => void;
}

const nothing = () => () => {};
/** Seconds within which going back to a mark goes to the one before. */
const BEFORE_MARK_S = 1;

/** Plays a part of a console's log as it was printed. */
export const Replay = ({ guest, name, boots, boot, onClose }: ReplayProps) => {
  const [part, setPart] = useState<ChosenPart>(boot === undefined ? { kind: "whole" } : { kind: "boot", boot });
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<HTMLElement>(null);
  const [player, setPlayer] = useState<CastPlayer>();
  const state = useSyncExternalStore(player?.subscribe ?? nothing, () => player?.state());
  const dark = useDark();
  const { theme } = usePreferences();
  const background = terminalTheme(theme, dark).background;

  useEffect(() => {
    if (host.current === null) return;
    const { theme: themeName, fontSize } = preferences();
    const screen = new ReplayTerminal(host.current, terminalTheme(themeName, dark), fontSize);
    const opened = new CastPlayer(screen.terminal);
    const query = { format: "asciicast", ...partQuery(part) } as const;
    void opened.load(async (signal) => {
      try {
        return await api.downloadLog({ params: { id: guest.id, name }, query }, { signal });
      } catch (error) {
        throw new Error(messageOf(error));
      }
    });
    opened.play();
    setPlayer(opened);
    return () => {
      opened.dispose();
      screen.dispose();
    };
  }, [guest.id, name, part, dark]);
  useEffect(() => view.current?.focus(), []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (player === undefined || event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) {
      return;
    }
    if (!act(event.key, player, onClose)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <section
      ref={view}
      aria-label={`Replay of ${name}`}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      className="flex h-full min-h-0 flex-col outline-none"
      style={{ background }}
    >
      <div className="flex min-h-9 shrink-0 items-center gap-2 border-b border-line bg-surface px-3 py-1 text-small">
        <PartChooser name={name} boots={boots} part={part} onChange={setPart} />
        <span className="flex-1" />
        <Button label="Back to the log (Esc)" icon={X} variant="ghost" small showLabel="never" onClick={onClose} />
      </div>
      {state?.error !== undefined && (
        <div className="p-3">
          <Notice kind="warning">{state.error}</Notice>
        </div>
      )}
      <div className="min-h-0 flex-1 overflow-hidden p-2">
        <div ref={host} data-replay className="letterboxed h-full" />
      </div>
      {player !== undefined && state !== undefined && <Controls player={player} state={state} />}
    </section>
  );
};

const Controls = ({ player, state }: { player: CastPlayer; state: CastState }) => {
  const { playing, position, duration, speed, skipSilence, loading, cut, marks, time } = state;
  const last = marks.findLast(({ at }) => at <= position);
  return (
    <div className="flex shrink-0 flex-col gap-1 border-t border-line bg-surface px-3 py-1.5 text-small text-muted">
      <Timeline state={state} onSeek={(to) => player.seek(to)} />
      <div className="flex flex-wrap items-center gap-1">
        <Button
          label={playing ? "Pause (Space)" : "Play (Space)"}
          icon={playing ? Pause : Play}
          variant="ghost"
          small
          showLabel="never"
          onClick={() => (playing ? player.pause() : player.play())}
        />
        <Button
          label="Previous mark ([)"
          icon={ChevronLeft}
          variant="ghost"
          small
          showLabel="never"
          onClick={() => toMark(player, -1)}
        />
        <Button
          label="Next mark (])"
          icon={ChevronRight}
          variant="ghost"
          small
          showLabel="never"
          onClick={() => toMark(player, 1)}
        />
        <span className="whitespace-nowrap">
          {formatDuration(position * 1000)} / {formatDuration(duration * 1000)}
          {loading && " …"}
        </span>
        <span className="min-w-0 flex-1 truncate px-2 text-faint" role="status">
          {time !== undefined && formatLogTime(new Date(time).toISOString())}
          {last !== undefined && ` · ${wordsOf(last)}`}
          {cut && " · Only the beginning: choose a shorter part for the rest."}
        </span>
        <Button
          label={skipSilence ? "Silence is left out" : "Silence is played"}
          icon={FastForward}
          variant="ghost"
          small
          showLabel="wide"
          aria-pressed={skipSilence}
          onClick={() => player.setSkipSilence(!skipSilence)}
        />
        <select
          aria-label="Speed (+ and −)"
          value={speed}
          onChange={(event) => player.setSpeed(Number(event.target.value) as Speed)}
          className="control h-7! w-auto!"
        >
          {SPEEDS.map((each) => (
            <option key={each} value={each}>
              {each}×
            </option>
          ))}
        </select>
      </div>
    </div>
  );
};

/** Does what a key asks for; whether it asked for anything. */
const act = (key: string, player: CastPlayer, onClose: () => void): boolean => {
  const { playing, position, speed } = player.state();
  const faster = SPEEDS[SPEEDS.indexOf(speed) + 1];
  const slower = SPEEDS[SPEEDS.indexOf(speed) - 1];
  if (key === "Escape") onClose();
  else if (key === " " || key === "k") playing ? player.pause() : player.play();
  else if (key === "ArrowLeft") player.seek(position - 5);
  else if (key === "ArrowRight") player.seek(position + 5);
  else if (key === "Home") player.seek(0);
  else if (key === "End") player.seek(Number.MAX_SAFE_INTEGER);
  else if (key === "[") toMark(player, -1);
  else if (key === "]") toMark(player, 1);
  else if (key === "+" || key === ">" || key === "=") faster !== undefined && player.setSpeed(faster);
  else if (key === "-" || key === "<") slower !== undefined && player.setSpeed(slower);
  else return false;
  return true;
};

const toMark = (player: CastPlayer, step: 1 | -1): void => {
  const { marks, position, duration } = player.state();
  const next =
    step === 1 ? marks.find(({ at }) => at > position) : marks.findLast(({ at }) => at < position - BEFORE_MARK_S);
  player.seek(next?.at ?? (step === 1 ? duration : 0));
};
