import type { ConsoleLog } from "./consoleLog.ts";
import { takeTurn } from "./drawingTurns.ts";
import { ConsoleError } from "./errors.ts";
import type { Picture } from "./picture.ts";
import { loadScreen, type Snapshot, saveScreen } from "./savedScreen.ts";
import { REPLAY_MAXIMUM_BYTES, Screen } from "./screen.ts";

/** A screen takes 2 MB; one that nobody asked for in this time is saved and dropped. */
const SCREEN_IDLE_MS = 30_000;
/** When a console that printed this much since its screen was saved falls silent, it is saved again: replaying that takes 60 ms. */
const SAVE_EVERY_BYTES = 1024 * 1024;
/** Milliseconds without output that are a pause. */
const PAUSE_MS = 250;
/**
 * Telling a screen takes 15 ms in which no keystroke passes, so one that prints without a pause is saved only here.
 * Replaying that takes 5 ms where it is plain lines, and 240 ms where they are all coloured.
 */
const SAVE_AT_LATEST_BYTES = 4 * 1024 * 1024;
/** … and no more often than this, whatever floods. */
const SAVE_EVERY_MS = 1000;
/** Drawing fewer bytes a millisecond than this is what hostile output causes; plain text is 17,000. */
const SLOW_BYTES_PER_MS = 500;
/** … unless so little was drawn that the figure means nothing. */
const SLOW_MS = 2;
/** After a slow piece the screen rests for this many times as long as that took: it gets a quarter of a core at most. */
const REST_FACTOR = 3;

interface Request {
  /** What is answered shows at least everything before this offset. */
  readonly from: number;
  readonly resolve: (screen: ToldScreen) => void;
  readonly reject: (error: ConsoleError) => void;
}

/** A screen at one moment, told once however many ask. */
interface ToldScreen {
  snapshot(): Snapshot;
  picture(): Picture;
}

/** Has a console's screen at hand when someone asks, and at no other time in memory; then it is saved beside the log. */
export class ScreenKeeper {
  readonly #log: ConsoleLog;
  #screen: Screen | null = null;
  #savedOffset: number;
  #savedAt = 0;
  #requests: Request[] = [];
  #callOffStep: (() => void) | null = null;
  #pause: NodeJS.Timeout | null = null;
  #idle: NodeJS.Timeout | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** Once it is drawn up to the end, the screen is saved. */
  #saving = false;
  /** Once it is drawn up to the end, the screen is saved and dropped. */
  #retiring = false;
  #picture: Picture | null = null;
  #pictureRenewedAt = 0;
  #disposed = false;

  constructor(log: ConsoleLog) {
    this.#log = log;
    const saved = loadScreen(log.folder)?.offset ?? 0;
    this.#savedOffset = saved <= log.end ? saved : 0;
  }

  /** Whether a screen is in memory. */
  get awake(): boolean {
    return this.#screen !== null;
  }

  /** The screen with everything printed until now. Rejects with ConsoleError disposed. */
  snapshot(): Promise<Snapshot> {
    if (this.#disposed) return Promise.reject(gone());
    const known = this.#withoutDrawing();
    if (known !== null) return Promise.resolve(known);
    return this.#told((screen) => screen.snapshot());
  }

  /** The same as a picture. The newest one is kept, so that asking again costs nothing. */
  picture(): Promise<Picture> {
    if (this.#disposed) return Promise.reject(gone());
    const { end } = this.#log;
    const size = this.#log.sizeAt(end);
    if (this.#picture === null && end === 0 && size !== null) {
      this.#picture = { offset: 0, cols: size.cols, rows: size.rows, lines: [], cursor: null };
    }
    const known = this.#picture;
    const isOfThisTerminal = this.#pictureRenewedAt === this.#log.renewedAt;
    if (known?.offset === end && isOfThisTerminal && known.cols === size?.cols && known.rows === size.rows) {
      return Promise.resolve(known);
    }
    return this.#told((screen) => screen.picture());
  }

  /** The log has grown. */
  grown(): void {
    const behind = this.#log.end - this.#savedOffset;
    if (behind < SAVE_EVERY_BYTES || this.#disposed) return;
    if (behind >= SAVE_AT_LATEST_BYTES && Date.now() - this.#savedAt >= SAVE_EVERY_MS) this.#beginSaving();
    else if (this.#pause !== null) this.#pause.refresh();
    else this.#pause = setTimeout(() => this.#beginSaving(), PAUSE_MS).unref();
  }

  /** Saves the screen if there is one. Idempotent. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#endPause();
    this.#retire();
    for (const { reject } of this.#requests.splice(0)) reject(gone());
  }

  /** The screen, where it is known as it is: nothing was ever printed, or nothing since it was saved. */
  #withoutDrawing(): Snapshot | null {
    const { end } = this.#log;
    const size = this.#log.sizeAt(end);
    if (this.#screen !== null || size === null) return null;
    if (end === 0) return { offset: 0, cols: size.cols, rows: size.rows, screen: "" };
    const saved = this.#savedOffset === end ? loadScreen(this.#log.folder) : null;
    if (saved?.offset !== end || saved.cols !== size.cols || saved.rows !== size.rows) return null;
    const { renewedAt, ...snapshot } = saved;
    return renewedAt === this.#log.renewedAt ? snapshot : null;
  }

  #beginSaving(): void {
    this.#endPause();
    this.#saving = true;
    this.#run();
  }

  #endPause(): void {
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#pause = null;
  }

  #run(): void {
    if (this.#callOffStep !== null || this.#disposed) return;
    this.#rest();
    this.#takeTurn();
  }

  #takeTurn(): void {
    this.#callOffStep = takeTurn(
      () => this.#advance(),
      () => this.#requests.length > 0,
    );
  }

  #advance(): void {
    this.#callOffStep = null;
    const { screen, pauseMs } = this.#draw();
    this.#answer(screen);
    if (screen.position < this.#log.end) {
      if (pauseMs > 0) this.#callOffStep = after(pauseMs, () => this.#advance());
      else this.#takeTurn();
      return;
    }
    const isAskedFor = performance.now() - this.#askedAt < SCREEN_IDLE_MS;
    if (this.#retiring || (this.#saving && !isAskedFor)) {
      this.#retire();
      return;
    }
    if (this.#saving) this.#save(screen);
    this.#idle = setTimeout(() => {
      this.#retiring = true;
      this.#run();
    }, SCREEN_IDLE_MS).unref();
  }

  #draw(): { readonly screen: Screen; readonly pauseMs: number } {
    if (this.#screen !== null && this.#log.end - this.#screen.position > REPLAY_MAXIMUM_BYTES) this.#drop();
    try {
      this.#screen ??= Screen.begin(this.#log, loadScreen(this.#log.folder));
      const { bytes, ms } = this.#screen.advance();
      const slow = ms > SLOW_MS && bytes < ms * SLOW_BYTES_PER_MS;
      return { screen: this.#screen, pauseMs: slow ? ms * REST_FACTOR : 0 };
    } catch {
      // Output that the terminal's parser cannot bear: an empty screen goes on from here.
      this.#drop();
      this.#screen = Screen.empty(this.#log, this.#log.end);
      return { screen: this.#screen, pauseMs: 0 };
    }
  }

  #answer(screen: Screen): void {
    const answered = this.#requests.filter((request) => request.from <= screen.position);
    if (answered.length === 0) return;
    this.#requests = this.#requests.filter((request) => !answered.includes(request));
    let snapshot: Snapshot | undefined;
    let picture: Picture | undefined;
    const told: ToldScreen = {
      snapshot: () => {
        snapshot ??= screen.snapshot();
        return snapshot;
      },
      picture: () => {
        picture ??= screen.picture();
        this.#picture = picture;
        this.#pictureRenewedAt = this.#log.renewedAt;
        return picture;
      },
    };
    for (const { resolve } of answered) resolve(told);
  }

  #told<T>(tell: (screen: ToldScreen) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#requests.push({ from: this.#log.end, resolve: (screen) => resolve(tell(screen)), reject });
      this.#retiring = false;
      this.#askedAt = performance.now();
      this.#run();
    });
  }

  #save(screen: Screen): void {
    this.#saving = false;
    const snapshot = screen.snapshot();
    const isAtEnd = screen.position === this.#log.end;
    saveScreen(this.#log.folder, { ...snapshot, renewedAt: isAtEnd ? this.#log.renewedAt : snapshot.offset });
    this.#savedOffset = snapshot.offset;
    this.#savedAt = Date.now();
  }

  #retire(): void {
    this.#retiring = false;
    if (this.#screen !== null) this.#save(this.#screen);
    this.#drop();
  }

  #drop(): void {
    this.#rest();
    this.#screen?.dispose();
    this.#screen = null;
  }

  #rest(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#callOffStep?.();
    this.#idle = null;
    this.#callOffStep = null;
  }
}

const after = (ms: number, step: () => void): (() => void) => {
  const timer = setTimeout(step, ms);
  return () => clearTimeout(timer);
};

const gone = (): ConsoleError => new ConsoleError("disposed", "This console has been disposed of.");
