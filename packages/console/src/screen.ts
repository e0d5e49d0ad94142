import type { ConsoleLog } from "./consoleLog.ts";
import { HeadlessTerminal } from "./headlessTerminal.ts";
import type { LogMark } from "./logMarks.ts";
import type { Picture } from "./picture.ts";
import { skipPlainLines } from "./plainOutput.ts";
import type { SavedScreen, Snapshot } from "./savedScreen.ts";

/** Bytes of the log that are replayed at most onto a saved screen. With nothing saved closer, replay is not worth it. */
export const REPLAY_MAXIMUM_BYTES = 8 * 1024 * 1024;
/** Bytes before the end where an empty screen begins when no saved one can be used: far more than a screen shows. */
const FRESH_REPLAY_BYTES = 1024 * 1024;
/** Where a fresh screen begins, a line's beginning is looked for in so many bytes. */
const LINE_SEARCH_BYTES = 64 * 1024;
/** An unfinished escape sequence longer than this is not sent again after a snapshot. */
const SEQUENCE_MAXIMUM_BYTES = 64 * 1024;

const PIECE_MAXIMUM_BYTES = 64 * 1024;
const PIECE_MINIMUM_BYTES = 512;
/** Milliseconds one piece may take: other consoles' keystrokes wait that long. 64 KiB of plain text take 4. */
const PIECE_TARGET_MS = 5;

/**
 * A terminal's screen made from the log alone: bytes, window sizes and new terminals, in order, up to `position`. It reads the log at
 * its own pace, so nothing that prints ever waits for it, and what it shows belongs to one exact offset.
 */
export class Screen {
  readonly #log: ConsoleLog;
  readonly #terminal: HeadlessTerminal;
  #position: number;
  /** The last offset up to `position` at which no escape sequence and no character was unfinished. */
  #boundary: number;
  /** What else happens to the terminal from `position` on. */
  #changes: Change[] = [];
  #changesKnownTo = -1;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #pieceBytes = PIECE_MAXIMUM_BYTES;

  private constructor(log: ConsoleLog, position: number, size: { cols: number; rows: number }) {
    this.#log = log;
    this.#terminal = new HeadlessTerminal(size.cols, size.rows);
    this.#position = position;
    this.#boundary = position;
  }

  /** A screen that goes on from a saved one, or, where that is too far back, begins empty near the end of the log. */
  static begin(log: ConsoleLog, saved: SavedScreen | null): Screen {
    if (saved !== null && isUsable(log, saved)) {
      const screen = new Screen(log, saved.offset, saved);
      screen.#terminal.write(saved.screen);
      return screen;
    }
    if (saved !== null && isOutlived(log, saved)) return Screen.empty(log, log.renewedAt);
    const wholeLog = log.unbrokenFrom === 0 && log.end <= REPLAY_MAXIMUM_BYTES;
    const from = wholeLog ? 0 : Math.max(log.unbrokenFrom, log.end - FRESH_REPLAY_BYTES);
    return Screen.empty(log, lineNear(log, from));
  }

  static empty(log: ConsoleLog, offset: number): Screen {
    return new Screen(log, offset, log.sizeAt(offset) ?? log.sizeAt(log.end) ?? SIZE_UNKNOWN);
  }

  /** All bytes before this offset have been drawn. */
  get position(): number {
    return this.#position;
  }

  /**
   * Draws the next piece of the log, or nothing at its end. Returns how many milliseconds that took, and how many bytes
   * it was. Throws what the terminal's parser throws; the screen is of no use after that.
   */
  advance(): { readonly bytes: number; readonly ms: number } {
    const { end } = this.#log;
    const until = this.#applyChanges(end);
    if (this.#boundary === this.#position) this.#goTo(skipPlainLines(this.#log, this.#position, until));
    const room = until - this.#position;
    const read = this.#log.read(this.#position, Math.min(room, this.#pieceBytes));
    if (!read.ok) {
      this.#goTo(read.reason === "beyond-end" ? end : read.next);
      return { bytes: 0, ms: 0 };
    }
    const before = performance.now();
    this.#terminal.write(read.bytes);
    const ms = performance.now() - before;
    this.#position += read.bytes.length;
    this.#findBoundary(read.bytes);
    this.#adapt(ms);
    if (this.#position === end) this.#applyChanges(end);
    return { bytes: read.bytes.length, ms };
  }

  /** A screen that has grown too big to be told, which only a hostile guest's does, is emptied. */
  snapshot(): Snapshot {
    let screen = this.#terminal.text();
    if (screen === null) {
      this.#terminal.reset();
      screen = "";
    }
    return { offset: this.#resumeOffset(), cols: this.#terminal.cols, rows: this.#terminal.rows, screen };
  }

  picture(): Picture {
    return { offset: this.#position, ...this.#terminal.picture() };
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  /** Applies the changes that are due at `position`; returns the offset of the next one, at most `end`. */
  #applyChanges(end: number): number {
    // At the end the window may have changed, or a boot begun, without a byte printed.
    if (this.#changesKnownTo !== end || this.#position === end) {
      this.#changes = changesOf(this.#log, this.#position, end);
      this.#changesKnownTo = end;
    }
    for (;;) {
      const [next] = this.#changes;
      if (next === undefined) return end;
      if (next.offset > this.#position) return next.offset;
      this.#changes.shift();
      if (next.kind === "size") this.#terminal.resize(next.cols, next.rows);
      else this.#renew();
    }
  }

  #renew(): void {
    if (this.#renewedAt === this.#position) return;
    this.#terminal.renew();
    this.#renewedAt = this.#position;
    this.#boundary = this.#position;
  }

  /**
   * Where a viewer's stream goes on after a snapshot taken here: at the beginning of a sequence or character that is
   * not finished yet, since its first part has left nothing on the screen but is needed to understand the rest.
   */
  #resumeOffset(): number {
    return this.#position - this.#boundary > SEQUENCE_MAXIMUM_BYTES ? this.#position : this.#boundary;
  }

  #goTo(offset: number): void {
    this.#position = offset;
    this.#boundary = offset;
  }

  #findBoundary(bytes: Uint8Array): void {
    const { inSequence, inCharacter } = this.#terminal;
    if (!inSequence && !inCharacter) {
      this.#boundary = this.#position;
      return;
    }
    const index = inSequence ? lastSequenceStart(bytes) : bytes.findLastIndex((byte) => byte >= 0xc0);
    if (index >= 0) this.#boundary = this.#position - bytes.length + index;
  }

  #adapt(ms: number): void {
    if (ms > PIECE_TARGET_MS) this.#pieceBytes = Math.max(PIECE_MINIMUM_BYTES, this.#pieceBytes / 2);
    else if (ms < PIECE_TARGET_MS / 2) this.#pieceBytes = Math.min(PIECE_MAXIMUM_BYTES, this.#pieceBytes * 2);
  }
}

const SIZE_UNKNOWN = { cols: 80, rows: 24 };

type Change = Extract<LogMark, { kind: "size" | "boot" }> | { readonly kind: "off"; readonly offset: number };

/** A size stands before a new terminal at the same offset. */
const changesOf = (log: ConsoleLog, from: number, to: number): Change[] => {
  const changes: Change[] = log.marks(from, to).filter((mark) => mark.kind === "size" || mark.kind === "boot");
  const { offAt } = log;
  return offAt === null || offAt < from || offAt > to ? changes : [...changes, { kind: "off", offset: offAt }];
};

/** Modes of an earlier boot may be in it, and all of the present one can be drawn anew. */
const isOutlived = (log: ConsoleLog, { offset, renewedAt }: SavedScreen): boolean =>
  renewedAt === null &&
  // Otherwise it is made a new terminal at the end in any case.
  log.offAt === null &&
  log.renewedAt <= offset &&
  log.renewedAt >= log.unbrokenFrom &&
  log.end - log.renewedAt <= REPLAY_MAXIMUM_BYTES;

const isUsable = (log: ConsoleLog, saved: SavedScreen): boolean =>
  !isOutlived(log, saved) &&
  saved.offset <= log.end &&
  saved.offset >= log.unbrokenFrom &&
  log.end - saved.offset <= REPLAY_MAXIMUM_BYTES;

const lineNear = (log: ConsoleLog, offset: number): number => {
  if (offset === 0) return 0;
  const read = log.read(offset, LINE_SEARCH_BYTES);
  if (!read.ok) return offset;
  return offset + read.bytes.indexOf(0x0a) + 1;
};

/** Index of the last byte that begins an escape sequence: ESC, or a C1 control in UTF-8. Any such restarts the parser. */
const lastSequenceStart = (bytes: Uint8Array): number =>
  bytes.findLastIndex((byte, index) => {
    const next = bytes[index + 1] ?? 0;
    return byte === 0x1b || (byte === 0xc2 && next >= 0x80 && next <= 0x9f);
  });
