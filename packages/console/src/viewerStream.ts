import type { ConsoleLog } from "./consoleLog.ts";
import { ConsoleError } from "./errors.ts";
import type { LogMark } from "./logMarks.ts";
import type { Snapshot } from "./savedScreen.ts";
import type { ViewerEvent, ViewerPort } from "./viewerPort.ts";

/*
 * The bytes on their way to one viewer. The log is the queue: a viewer has a position in it and a window beyond what it
 * has acknowledged, and nothing is kept in memory for it. The invariants:
 *
 *   acked ≤ position ≤ log.end            position − acked ≤ VIEWER_WINDOW_BYTES
 *
 * Up to date (position = log.end, room in the window) it gets the chunk that was just read, the same buffer as all
 * others. Otherwise it is fed from the log at the pace of its acknowledgements; and when the log's end runs away from
 * it, it gets a gap and a snapshot as soon as it has taken in what is under way.
 */

/** Bytes that may be under way to a viewer unacknowledged: a second of the quickest guest, 50 ms of a fast network. */
export const VIEWER_WINDOW_BYTES = 512 * 1024;
/** How far behind the log's end a viewer that was up to date may fall before it is given a snapshot instead. */
export const LAG_MAXIMUM_BYTES = 512 * 1024;
/** How far behind a returning viewer may be and still get every byte. Beyond that a snapshot is quicker. */
export const CATCH_UP_MAXIMUM_BYTES = 4 * 1024 * 1024;
/**
 * A viewer that fell behind gets its snapshot when no more than this is under way to it. A viewer acknowledges each
 * 32 KiB, so its last 32 KiB may stay unacknowledged for good: the limit must be greater.
 */
const RESUME_BYTES = 64 * 1024;
const PIECE_BYTES = 64 * 1024;
/** Bytes that may wait in the port, whatever was acknowledged: an acknowledgement can be a lie. */
const PORT_BUFFER_BYTES = VIEWER_WINDOW_BYTES;
/** With so many bytes waiting in the port the viewer is sent away: the biggest snapshot, with escape characters as JSON. */
const PORT_BUFFER_MAXIMUM_BYTES = 16 * 1024 * 1024;
/** Milliseconds between looks at a port that was full. */
const PORT_RETRY_MS = 50;

export interface ViewerStreamOptions {
  readonly log: ConsoleLog;
  readonly port: ViewerPort;
  readonly snapshot: () => Promise<Snapshot>;
  /** Up to where the log has been passed on; what it has beyond comes with the next `output`. */
  readonly passedTo: () => number;
  readonly onTooSlow: () => void;
}

export class ViewerStream {
  readonly #log: ConsoleLog;
  readonly #port: ViewerPort;
  readonly #snapshot: () => Promise<Snapshot>;
  readonly #passedTo: () => number;
  readonly #onTooSlow: () => void;
  /** `behind`: waits to take in what is under way. `drawing`: waits for its snapshot. */
  #state: "new" | "streaming" | "behind" | "drawing" | "closed" = "new";
  #position = 0;
  #acked = 0;
  /** The greatest offset ever sent. */
  #sentTo = 0;
  /** Whether it has been sent, or said to have, what is before `position`: then leaving out what follows is a gap. */
  #hadBytes = false;
  #lagLimit = CATCH_UP_MAXIMUM_BYTES;
  #cols = 0;
  #rows = 0;
  /** Where the viewer was told that what prints has ended. */
  #offToldAt: number | null = null;
  #retry: NodeJS.Timeout | null = null;

  constructor(options: ViewerStreamOptions) {
    this.#log = options.log;
    this.#port = options.port;
    this.#snapshot = options.snapshot;
    this.#passedTo = options.passedTo;
    this.#onTooSlow = options.onTooSlow;
  }

  /** Begins with the byte at `since`. The viewer knows that the window has `size` there. */
  goOnFrom(since: number, size: { readonly cols: number; readonly rows: number }): void {
    this.#place(since);
    this.#hadBytes = true;
    this.#cols = size.cols;
    this.#rows = size.rows;
    this.#state = "streaming";
    this.#sendBoots(since, since);
    this.#fromLog();
  }

  /** Begins with a snapshot. */
  beginWithSnapshot(): void {
    this.#place(this.#log.end);
    this.#draw();
  }

  /** `chunk` was printed at `offset` and is in the log. */
  output(chunk: Uint8Array, offset: number): void {
    if (this.#state !== "streaming") return;
    const direct = this.#position === offset && this.#room() >= chunk.length && !this.#portIsFull();
    if (direct) this.#sendBytes(chunk);
    else this.#fromLog();
  }

  /** A size or a boot was marked at the log's end. One that has not come so far finds it in the log. */
  mark(mark: LogMark): void {
    if (this.#state === "streaming" && this.#position === this.#log.end) this.#sendMark(mark);
  }

  /** What prints has ended at the log's end. */
  markOff(): void {
    if (this.#state === "streaming" && this.#position === this.#log.end) this.#sendOff();
  }

  /** Sent at once, wherever the stream is. */
  send(event: ViewerEvent): void {
    if (this.#state === "closed") return;
    this.#port.send(event);
    if (this.#port.bufferedBytes() > PORT_BUFFER_MAXIMUM_BYTES) this.#onTooSlow();
  }

  /** Throws ConsoleError bad-ack. */
  ack(offset: number): void {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset > this.#sentTo) {
      throw new ConsoleError(
        "bad-ack",
        `Offset ${offset} was acknowledged; this viewer was sent up to ${this.#sentTo}.`,
      );
    }
    this.#acked = Math.max(this.#acked, Math.min(offset, this.#position));
    this.#goOn();
  }

  /** Sends nothing any more. Idempotent. */
  close(): void {
    this.#state = "closed";
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }

  #goOn(): void {
    if (this.#state === "behind") this.#drawWhenDrained();
    else if (this.#state === "streaming" && this.#position < this.#passedTo()) this.#fromLog();
  }

  #fromLog(): void {
    const marks = this.#position === this.#log.end ? [] : this.#log.marks(this.#position + 1, this.#log.end);
    while (this.#state === "streaming") {
      const [next] = marks;
      if (next !== undefined && next.offset <= this.#position) {
        marks.shift();
        this.#sendMark(next);
        continue;
      }
      const lag = this.#log.end - this.#position;
      if (lag === 0) {
        this.#sendOff();
        this.#lagLimit = LAG_MAXIMUM_BYTES;
        return;
      }
      if (lag > this.#lagLimit) {
        this.#fallBehind();
        return;
      }
      if (this.#portIsFull()) {
        this.#retryLater();
        return;
      }
      const limit = Math.min(this.#room(), (next?.offset ?? this.#log.end) - this.#position, PIECE_BYTES);
      if (limit <= 0) return;
      const read = this.#log.read(this.#position, limit);
      if (read.ok) this.#sendBytes(read.bytes);
      else this.#fallBehind();
    }
  }

  #fallBehind(): void {
    this.#state = "behind";
    this.#drawWhenDrained();
  }

  #drawWhenDrained(): void {
    if (this.#position - this.#acked > RESUME_BYTES) return;
    if (this.#port.bufferedBytes() > RESUME_BYTES) this.#retryLater();
    else this.#draw();
  }

  #draw(): void {
    this.#state = "drawing";
    this.#snapshot().then(
      (snapshot) => this.#sendSnapshot(snapshot),
      () => {}, // The console was disposed of, and this with it.
    );
  }

  #sendSnapshot(snapshot: Snapshot): void {
    if (this.#state !== "drawing") return;
    const { offset, cols, rows, screen } = snapshot;
    const from = this.#position;
    if (this.#hadBytes && offset > from) this.send({ type: "gap", from, to: offset });
    this.send({ type: "snapshot", cols, rows, screen, offset });
    this.#place(offset);
    this.#hadBytes = true;
    this.#cols = cols;
    this.#rows = rows;
    this.#lagLimit = LAG_MAXIMUM_BYTES;
    if (this.#state !== "drawing") return;
    this.#state = "streaming";
    this.#sendBoots(from, offset);
    this.#fromLog();
  }

  #place(offset: number): void {
    this.#position = offset;
    this.#acked = offset;
    this.#sentTo = Math.max(this.#sentTo, offset);
  }

  #sendBytes(bytes: Uint8Array): void {
    this.#position += bytes.length;
    this.#sentTo = Math.max(this.#sentTo, this.#position);
    this.#port.sendBytes(bytes);
  }

  #sendBoots(from: number, to: number): void {
    for (const mark of this.#log.marks(from, to)) if (mark.kind === "boot") this.#sendMark(mark);
  }

  #sendMark(mark: LogMark): void {
    if (mark.kind === "boot") {
      this.send({ type: "boot", boot: mark.boot, offset: mark.offset, at: new Date(mark.at).toISOString() });
    } else if (mark.kind === "size" && (mark.cols !== this.#cols || mark.rows !== this.#rows)) {
      this.#cols = mark.cols;
      this.#rows = mark.rows;
      this.send({ type: "resize", cols: mark.cols, rows: mark.rows });
    }
  }

  #sendOff(): void {
    const offset = this.#log.offAt;
    if (offset === null || offset !== this.#position || offset === this.#offToldAt) return;
    this.#offToldAt = offset;
    this.send({ type: "off", offset });
  }

  #room(): number {
    return VIEWER_WINDOW_BYTES - (this.#position - this.#acked);
  }

  #portIsFull(): boolean {
    return this.#port.bufferedBytes() > PORT_BUFFER_BYTES;
  }

  #retryLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = null;
      this.#goOn();
    }, PORT_RETRY_MS).unref();
  }
}
