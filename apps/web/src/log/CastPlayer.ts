import { linesOf } from "@corral/contracts";

/** Characters of a recording that are held; a boot has 20 thousand, a busy day some million. */
const HELD_MAXIMUM_CHARACTERS = 24 * 1024 * 1024;
/** With silence left out, a pause lasts at most so many seconds. */
const PAUSE_MAXIMUM_S = 1.5;
/** How often those who watch hear of what is loaded. */
const SHOW_EVERY_MS = 150;
/** Characters given to the terminal at once: some 10 ms of drawing. */
const WRITE_CHARACTERS = 256 * 1024;

export const SPEEDS = [1, 2, 4, 8, 16] as const;
export type Speed = (typeof SPEEDS)[number];

/** What a recording is played on: xterm.js in the page. */
export interface CastScreen {
  write(data: string, done: () => void): void;
  resize(cols: number, rows: number): void;
  reset(): void;
}

export type CastMarkKind = "boot" | "panic" | "login" | "typing" | "hole";
export interface CastMark {
  readonly kind: CastMarkKind;
  readonly words: string;
  /** Seconds since the beginning. */
  readonly at: number;
}

export interface CastState {
  readonly loading: boolean;
  readonly error: string | undefined;
  /** More was printed than can be held. */
  readonly cut: boolean;
  /** Seconds, as played: without silence where that is left out. */
  readonly duration: number;
  readonly position: number;
  /** When what is shown was printed, in milliseconds since the epoch. */
  readonly time: number | undefined;
  readonly playing: boolean;
  readonly speed: Speed;
  readonly skipSilence: boolean;
  /** `at` is as played. */
  readonly marks: readonly CastMark[];
}

interface CastEvent {
  /** Seconds since the beginning, as it was printed. */
  readonly printed: number;
  readonly kind: string;
  readonly data: string;
}

const MARK = /^(boot|panic|login|typing|hole) (.*)$/s;

/** Plays an asciicast, which may still be coming, on a screen. Knows nothing of React. Ends with `dispose`. */
export class CastPlayer {
  readonly #screen: CastScreen;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #events: CastEvent[] = [];
  /** Seconds of each event as played. */
  #played: number[] = [];
  #size = { cols: 80, rows: 24 };
  #began: number | undefined;
  #characters = 0;
  /** Events before this one are on the screen. */
  #next = 0;
  #isWriting = false;
  /** What is written now is of no use any more. */
  #epoch = 0;
  #frame: number | undefined;
  #frameAt = 0;
  #shownAt = 0;
  /** Where somebody wanted to go that was not loaded yet. */
  #wanted: number | undefined;
  #state: CastState = {
    loading: true,
    error: undefined,
    cut: false,
    duration: 0,
    position: 0,
    time: undefined,
    playing: false,
    speed: 1,
    skipSilence: true,
    marks: [],
  };

  constructor(screen: CastScreen) {
    this.#screen = screen;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): CastState => this.#state;

  /** Reads the recording. Resolves when all of it is here; can be played before. */
  async load(fetched: (signal: AbortSignal) => Promise<Response>): Promise<void> {
    const { signal } = this.#abort;
    try {
      for await (const line of linesOf(await fetched(signal))) {
        this.#take(JSON.parse(line));
        if (this.#characters > HELD_MAXIMUM_CHARACTERS) {
          this.#change({ cut: true });
          break;
        }
      }
      this.#change({ loading: false });
      this.#goOnToWanted();
    } catch (error) {
      if (!signal.aborted) this.#change({ loading: false, error: (error as Error).message });
    }
  }

  play(): void {
    if (this.#state.playing) return;
    if (this.#state.position >= this.#state.duration && !this.#state.loading) this.seek(0);
    this.#change({ playing: true });
    this.#frameAt = performance.now();
    this.#frame = requestAnimationFrame(this.#onFrame);
  }

  pause(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    this.#change({ playing: false });
  }

  setSpeed(speed: Speed): void {
    this.#change({ speed });
  }

  /** Seconds as played. What is not loaded yet is gone to as it comes. */
  seek(position: number): void {
    this.#wanted = this.#state.loading && position > this.#state.duration ? position : undefined;
    const wanted = Math.min(Math.max(0, position), this.#state.duration);
    if (wanted < this.#state.position) this.#startOver();
    this.#moveTo(wanted);
  }

  /** What is on the screen stays. */
  setSkipSilence(skipSilence: boolean): void {
    const printed = this.#events[this.#next - 1]?.printed ?? 0;
    this.#state = { ...this.#state, skipSilence };
    this.#played = [];
    for (const event of this.#events) this.#played.push(this.#playedAt(event.printed));
    const position = this.#next === 0 ? 0 : (this.#played[this.#next - 1] ?? printed);
    this.#change({ position, duration: this.#played.at(-1) ?? 0, marks: this.#marks() });
  }

  dispose(): void {
    this.pause();
    this.#abort.abort();
    this.#listeners.clear();
    this.#epoch += 1;
  }

  #take(line: unknown): void {
    if (!Array.isArray(line)) {
      const { width, height, timestamp } = line as { width: number; height: number; timestamp?: number };
      this.#size = { cols: width, rows: height };
      this.#began = timestamp;
      this.#screen.resize(width, height);
      return;
    }
    const [printed, kind, data] = line as [number, string, string];
    this.#played.push(this.#playedAt(printed));
    this.#events.push({ printed, kind, data });
    this.#characters += data.length;
    this.#state = { ...this.#state, duration: this.#played.at(-1) ?? 0 };
    const mark = kind === "m" ? markOf(data, this.#state.duration) : null;
    if (mark !== null) this.#state = { ...this.#state, marks: [...this.#state.marks, mark] };
    if (performance.now() - this.#shownAt <= SHOW_EVERY_MS) return;
    this.#change({});
    this.#goOnToWanted();
  }

  #goOnToWanted(): void {
    if (this.#wanted !== undefined) this.seek(this.#wanted);
  }

  /** The next event's time: after the last one's, and not long after where silence is left out. */
  #playedAt(printed: number): number {
    const last = this.#played.length - 1;
    if (last < 0) return this.#state.skipSilence ? 0 : printed;
    const pause = Math.max(0, printed - (this.#events[last]?.printed ?? 0));
    return (this.#played[last] ?? 0) + (this.#state.skipSilence ? Math.min(PAUSE_MAXIMUM_S, pause) : pause);
  }

  #marks(): readonly CastMark[] {
    return this.#events
      .map(({ kind, data }, index) => (kind === "m" ? markOf(data, this.#played[index] ?? 0) : null))
      .filter((mark) => mark !== null);
  }

  readonly #onFrame = (now: number): void => {
    const elapsed = (now - this.#frameAt) / 1000;
    this.#frameAt = now;
    const { position, duration, speed, loading } = this.#state;
    // A screen that cannot keep up is waited for: nothing is left out.
    const next = this.#isWriting ? position : Math.min(duration, position + elapsed * speed);
    if (next >= duration && !loading) {
      this.#moveTo(duration);
      this.pause();
      return;
    }
    this.#moveTo(next);
    this.#frame = requestAnimationFrame(this.#onFrame);
  };

  #moveTo(position: number): void {
    this.#state = { ...this.#state, position };
    this.#draw();
    this.#change({});
  }

  #startOver(): void {
    this.#epoch += 1;
    this.#isWriting = false;
    this.#next = 0;
    this.#screen.reset();
    this.#screen.resize(this.#size.cols, this.#size.rows);
  }

  /** Draws what is due, piece by piece. */
  #draw(): void {
    if (this.#isWriting) return;
    const epoch = this.#epoch;
    let text = "";
    while (text.length < WRITE_CHARACTERS) {
      const event = this.#events[this.#next];
      if (event === undefined || (this.#played[this.#next] ?? 0) > this.#state.position) break;
      if (event.kind === "r") {
        if (text !== "") break;
        const [cols, rows] = event.data.split("x").map(Number);
        if (cols && rows) this.#screen.resize(cols, rows);
      } else if (event.kind === "o") text += event.data;
      this.#next += 1;
    }
    if (text === "") return;
    this.#isWriting = true;
    this.#screen.write(text, () => {
      if (epoch !== this.#epoch) return;
      this.#isWriting = false;
      this.#draw();
    });
  }

  #change(change: Partial<CastState>): void {
    const printed = this.#events[Math.max(0, this.#next - 1)]?.printed;
    const time = this.#began === undefined || printed === undefined ? undefined : (this.#began + printed) * 1000;
    this.#state = { ...this.#state, ...change, time };
    this.#shownAt = performance.now();
    for (const listener of this.#listeners) listener();
  }
}

const markOf = (data: string, at: number): CastMark | null => {
  const match = MARK.exec(data);
  return match === null ? null : { kind: match[1] as CastMarkKind, words: match[2] ?? "", at };
};
