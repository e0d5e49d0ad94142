import type { ConsoleLog } from "./consoleLog.ts";
import type { ConsoleSource, Line, LineListener } from "./consoleSource.ts";
import { ConsoleError } from "./errors.ts";
import { InputRecording, readRecording, type TypedEntry } from "./inputRecording.ts";
import type { WindowSize } from "./logMarks.ts";
import type { Picture } from "./picture.ts";
import { type DropReason, INPUT_MAXIMUM_BYTES, PtyWriter } from "./ptyWriter.ts";
import { RawMode } from "./rawMode.ts";
import type { Snapshot } from "./savedScreen.ts";
import { ScreenKeeper } from "./screenKeeper.ts";
import { TelnetLine } from "./telnet/telnetLine.ts";
import { TerminalLine } from "./terminalLine.ts";
import { LINE_MAXIMUM_BYTES } from "./typedLine.ts";
import { AttachedViewer, type AttachOptions, type Viewer, type ViewerRequests } from "./viewer.ts";
import type { CloseReason, TypingRules, ViewerPort, ViewerPresence, ViewerRole } from "./viewerPort.ts";
import { ViewerStream } from "./viewerStream.ts";
import { WritersSeat } from "./writersSeat.ts";

/** Viewers of one console. Each costs work for every byte printed. */
export const VIEWERS_MAXIMUM = 64;
/**
 * Reads under load, 8 ms apart, that go to viewers in one piece: a frame of a screen. With many viewers more, since each
 * is a message and a system call for each piece; four are still quicker than the eye.
 */
const READS_A_PASS = 2;
const READS_A_PASS_MAXIMUM = 4;
const VIEWERS_A_READ = 16;
/** Window sizes that a screen is made for: a greater one is memory in the server for each cell, and no display's. */
export const COLS_MAXIMUM = 500;
export const ROWS_MAXIMUM = 300;
const COLS_MINIMUM = 2;
const ROWS_MINIMUM = 1;
/** With so much input waiting no more is read of those who send it, until it is half as much. */
const INPUT_HOLD_BYTES = 256 * 1024;

export interface ConsoleOptions {
  /** The log belongs to the Console from here on, which closes it when it is disposed of. */
  readonly log: ConsoleLog;
  readonly name: string;
  /** Window size until a writer brings its own; the log's last known size goes before it. */
  readonly cols: number;
  readonly rows: number;
}

interface Connection {
  readonly line: Line;
  readonly writer: PtyWriter;
}

/**
 * One console of one guest: what its pty prints goes into the log and then to all viewers, what the writer types goes
 * into the pty. It outlives the guest's launches: log, viewers and the writer's seat stay while sources come and go.
 */
export class Console {
  readonly name: string;
  readonly log: ConsoleLog;
  readonly #keeper: ScreenKeeper;
  readonly #viewers = new Set<AttachedViewer>();
  readonly #seat = new WritersSeat<AttachedViewer>();
  readonly #requests: ViewerRequests = {
    roleOf: (viewer) => this.#roleOf(viewer),
    input: (viewer, bytes) => this.#input(viewer, bytes),
    passed: (viewer) => this.#inputPassed(viewer),
    dropped: (viewer, why, bytes) => this.#inputDropped(viewer, why, bytes),
    resize: (viewer, size) => this.#viewerResized(viewer, size),
    take: (viewer) => this.#changeSeat(() => this.#seat.take(viewer), viewer),
    release: (viewer) => this.#changeSeat(() => this.#seat.leave(viewer), null),
    detach: (viewer) => this.#detached(viewer),
  };
  #size: WindowSize;
  #passedTo: number;
  #connection: Connection | null = null;
  readonly #rawMode = new RawMode();
  #rules: TypingRules = { shared: false, recorded: false };
  #recording: InputRecording | null = null;
  #disposed = false;

  /** Throws ConsoleError bad-size. */
  constructor(options: ConsoleOptions) {
    checkSize(options);
    this.name = options.name;
    this.log = options.log;
    this.#size = this.log.sizeAt(this.log.end) ?? { cols: options.cols, rows: options.rows };
    this.log.markSize(this.#size.cols, this.#size.rows);
    this.#keeper = new ScreenKeeper(this.log);
    this.#passedTo = this.log.end;
  }

  get cols(): number {
    return this.#size.cols;
  }

  get rows(): number {
    return this.#size.rows;
  }

  /** Offset of the next byte to be printed. */
  get end(): number {
    return this.log.end;
  }

  get viewers(): readonly ViewerPresence[] {
    return [...this.#viewers].map((viewer) => viewer.presence);
  }

  get rules(): TypingRules {
    return this.#rules;
  }

  /** Changes who may type and whether it is kept, and tells everybody who is here. */
  setRules(rules: TypingRules): void {
    const { shared, recorded } = this.#rules;
    if (rules.shared === shared && rules.recorded === recorded) return;
    this.#rules = { shared: rules.shared, recorded: rules.recorded };
    this.#recording?.flush();
    this.#recording = rules.recorded ? new InputRecording(this.log.folder, (why) => this.#cannotRecord(why)) : null;
    for (const viewer of [...this.#viewers]) {
      viewer.stream.send({ type: "rules", rules: this.#rules });
      if (shared !== rules.shared) viewer.tellRole(null);
    }
    if (shared !== rules.shared) this.#announceViewers(null);
  }

  /** The newest of what was typed while that was recorded, oldest first. */
  typed(limit = Number.POSITIVE_INFINITY): TypedEntry[] {
    this.#recording?.flush();
    return readRecording(this.log.folder, limit);
  }

  /** Whether a source is connected. */
  get connected(): boolean {
    return this.#connection !== null;
  }

  /**
   * Starts to read from a source and gives it the current window size. A source still connected is disconnected first.
   * Throws the system's error when the descriptor is no terminal; it stays the caller's then.
   */
  connect(source: ConsoleSource): void {
    this.#refuseIfDisposed();
    this.disconnect();
    const line = this.#open(source, {
      keep: (bytes) => this.log.append(bytes),
      pass: (chunk) => this.#pass(chunk),
      readsAPass: () => Math.min(READS_A_PASS + Math.floor(this.#viewers.size / VIEWERS_A_READ), READS_A_PASS_MAXIMUM),
      end: (error) => {
        this.#forgetConnection();
        source.onEnd?.(error);
      },
    });
    const writer = new PtyWriter(line, {
      full: () => this.#tellInput(),
      takesLongLines: () => this.#takesLongLines(source),
    });
    this.#connection = { line, writer };
    line.resize(this.#size.cols, this.#size.rows);
  }

  #open(source: ConsoleSource, listener: LineListener): Line {
    if ("telnet" in source) return new TelnetLine(source, this.#size, listener);
    return new TerminalLine(source, this.log.readBuffer, listener);
  }

  /** Reads what is there now, then closes the source. Its onEnd is not called. Idempotent. */
  disconnect(): void {
    this.#connection?.line.drain();
    this.#connection?.line.close();
    this.#forgetConnection();
  }

  /** A launch begins: marks the log and tells viewers. Call it before `connect`. The same number again does nothing. */
  markBoot(boot: number): void {
    this.#refuseIfDisposed();
    const marked = this.log.markBoot(boot);
    if (marked === null) return;
    this.#rawMode.reset();
    for (const viewer of [...this.#viewers]) viewer.stream.mark({ kind: "boot", ...marked });
  }

  /** What printed here has ended, and all of it was read. Call it after `disconnect`. */
  markOff(): void {
    this.#refuseIfDisposed();
    if (this.log.markOff() === null) return;
    for (const viewer of [...this.#viewers]) viewer.stream.markOff();
  }

  /**
   * Takes a viewer in; `hello` has been sent when it returns. Throws ConsoleError: beyond-end, too-many-viewers,
   * bad-size, disposed.
   */
  attach(port: ViewerPort, options: AttachOptions): Viewer {
    this.#refuseIfDisposed();
    checkSize(options);
    const { since } = options;
    if (since !== undefined && !(Number.isSafeInteger(since) && since >= 0 && since <= this.log.end)) {
      throw new ConsoleError("beyond-end", `Offset ${since} has never been printed; the log ends at ${this.log.end}.`);
    }
    if (this.#viewers.size >= VIEWERS_MAXIMUM) {
      throw new ConsoleError("too-many-viewers", `This console has ${VIEWERS_MAXIMUM} viewers already.`);
    }
    const stream = new ViewerStream({
      log: this.log,
      port,
      snapshot: () => this.#keeper.snapshot(),
      passedTo: () => this.#passedTo,
      onTooSlow: () => this.#sendAway(viewer, "too-slow"),
    });
    const viewer = new AttachedViewer(options, port, stream, this.#requests);
    this.#viewers.add(viewer);
    if (options.role === "writer") this.#seat.ask(viewer);
    if (viewer.role === "writer") this.#resize(viewer.size);

    const offset = since ?? this.log.end;
    const size = this.log.sizeAt(offset) ?? this.#size;
    const { role, id } = viewer;
    stream.send({
      type: "hello",
      viewer: id,
      role,
      cols: size.cols,
      rows: size.rows,
      offset,
      end: this.end,
      viewers: this.viewers,
      rules: this.#rules,
    });
    this.#announceViewers(viewer);
    if (since === undefined) stream.beginWithSnapshot();
    else stream.goOnFrom(since, size);
    return viewer;
  }

  /** The screen as it is now, to be drawn in a terminal. Rejects with ConsoleError disposed. */
  snapshot(): Promise<Snapshot> {
    return this.#keeper.snapshot();
  }

  /** The same for a thumbnail. Rejects with ConsoleError disposed. */
  picture(): Promise<Picture> {
    return this.#keeper.picture();
  }

  /** Disconnects, closes all viewers' ports, saves the screen, closes the log. Idempotent. */
  dispose(): void {
    if (this.#disposed) return;
    this.disconnect();
    this.#recording?.flush();
    this.#disposed = true;
    for (const viewer of [...this.#viewers]) this.#sendAway(viewer, "disposed");
    this.#keeper.dispose();
    this.log.close();
  }

  #refuseIfDisposed(): void {
    if (this.#disposed) throw new ConsoleError("disposed", "This console has been disposed of.");
  }

  /** `chunk` is the newest part of the log. */
  #pass(chunk: Uint8Array): void {
    this.#passedTo = this.log.end;
    this.#rawMode.printed(chunk);
    const offset = this.log.end - chunk.length;
    for (const viewer of [...this.#viewers]) viewer.stream.output(chunk, offset);
    this.#keeper.grown();
  }

  #roleOf(viewer: AttachedViewer): ViewerRole {
    if (this.#seat.holder === viewer) return "writer";
    return this.#rules.shared && this.#seat.waits(viewer) ? "cowriter" : "spy";
  }

  #cannotRecord(why: string): void {
    const message = `What is typed could not be recorded: ${why}. Whoever manages the guest should know.`;
    for (const viewer of [...this.#viewers]) viewer.warn(message);
  }

  #input(viewer: AttachedViewer, bytes: Uint8Array): boolean {
    if (viewer.role === "spy") {
      const holder = this.#seat.holder?.user;
      viewer.warn(
        holder === undefined
          ? "You are watching: what you type is not sent. Take control to type."
          : `You are watching: what you type is not sent, since ${holder} is typing. Take control to type.`,
      );
      return false;
    }
    if (this.#connection === null) {
      viewer.warn("The guest is not running, or has this console closed: what you type is not sent.");
      return false;
    }
    if (!this.#connection.line.takesInput) {
      viewer.warn("What you type is not sent: the guest reads nothing from this console, as it is defined.");
      return false;
    }
    const { writer } = this.#connection;
    if (writer.write(bytes, viewer)) {
      this.log.markTyping(viewer.user);
      this.#recording?.typed(viewer, bytes, this.log.end);
      if (writer.waiting > INPUT_HOLD_BYTES) viewer.hold(true);
      return true;
    }
    viewer.warn(
      `The guest is not reading: ${INPUT_MAXIMUM_BYTES / 1024} KiB of input wait already, and the rest was dropped. ` +
        "Wait until it reads, or put a large paste into a file.",
    );
    return false;
  }

  #inputPassed(viewer: AttachedViewer): void {
    this.#tellInputTo(viewer);
    if (this.#inputWaiting <= INPUT_HOLD_BYTES / 2) for (const held of [...this.#viewers]) held.hold(false);
  }

  #inputDropped(viewer: AttachedViewer, why: DropReason, bytes: number): void {
    viewer.warn(
      why === "stopped"
        ? `Stopped: ${bytes.toLocaleString("en")} bytes that were still to be sent were dropped.`
        : `A line of more than ${LINE_MAXIMUM_BYTES.toLocaleString("en")} bytes was not sent, nor what came with it: a ` +
            "guest's terminal holds no longer one for a program that reads lines. Put it into a file (corral cp), or send " +
            "it in shorter lines, such as base64 makes.",
    );
  }

  get #inputWaiting(): number {
    return this.#connection?.writer.waiting ?? 0;
  }

  #tellInput(): void {
    for (const viewer of [...this.#viewers]) this.#tellInputTo(viewer);
  }

  #tellInputTo(viewer: AttachedViewer): void {
    const { writer } = this.#connection ?? {};
    const { passedBytes: passed } = viewer;
    viewer.stream.send({ type: "input", passed, waiting: writer?.waiting ?? 0, full: writer?.isFull ?? false });
  }

  /** Whoever types may say so; else the guest does, and if nothing in it can, what its programs have printed. */
  async #takesLongLines(source: ConsoleSource): Promise<boolean> {
    if ([...this.#viewers].some((viewer) => viewer.longLines && viewer.role !== "spy")) return true;
    const isRaw = (await source.isRaw?.()) ?? null;
    return isRaw ?? this.#rawMode.isOn;
  }

  #viewerResized(viewer: AttachedViewer, size: WindowSize): void {
    checkSize(size);
    viewer.size = size;
    if (viewer.role === "writer") this.#resize(size);
  }

  /** The order against the bytes is that of the log: what was read before has the old size. */
  #resize({ cols, rows }: WindowSize): void {
    if (cols === this.#size.cols && rows === this.#size.rows) return;
    this.#size = { cols, rows };
    // Viewers have everything that was read, or the mark would come between bytes that they get in one piece.
    this.#connection?.line.drain();
    this.log.markSize(cols, rows);
    this.#connection?.line.resize(cols, rows);
    for (const viewer of [...this.#viewers]) viewer.stream.mark({ kind: "size", offset: this.log.end, cols, rows });
  }

  #changeSeat(change: () => void, taker: AttachedViewer | null): void {
    const before = this.#seat.holder;
    change();
    const after = this.#seat.holder;
    if (before === after) return;
    if (taker === null) {
      for (const viewer of [before, after]) viewer?.tellRole(null);
    } else {
      // The rest of a paste would mix with what the new writer types.
      if (!this.#rules.shared) this.#connection?.writer.clear();
      for (const viewer of [...this.#viewers]) viewer.tellRole(taker.user);
    }
    this.#announceViewers(null);
    if (after !== null) this.#resize(after.size);
  }

  #detached(viewer: AttachedViewer): void {
    this.#viewers.delete(viewer);
    // When all leave at once nobody is promoted, and the guest's window stays as it is.
    if (this.#disposed) return;
    if (this.#seat.holder === viewer) this.#changeSeat(() => this.#seat.leave(viewer), null);
    else {
      this.#seat.leave(viewer);
      this.#announceViewers(null);
    }
  }

  #sendAway(viewer: AttachedViewer, reason: CloseReason): void {
    viewer.detach();
    viewer.port.close(reason);
  }

  #announceViewers(except: AttachedViewer | null): void {
    const { viewers } = this;
    for (const viewer of [...this.#viewers]) if (viewer !== except) viewer.stream.send({ type: "viewers", viewers });
  }

  /** Until the next source nothing prints: the log of a guest that is off holds no descriptor. */
  #forgetConnection(): void {
    this.#connection?.writer.clear();
    this.#connection = null;
    this.log.rest();
  }
}

const checkSize = ({ cols, rows }: WindowSize): void => {
  const within = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  if (within(cols, COLS_MINIMUM, COLS_MAXIMUM) && within(rows, ROWS_MINIMUM, ROWS_MAXIMUM)) return;
  throw new ConsoleError(
    "bad-size",
    `A window has ${COLS_MINIMUM}–${COLS_MAXIMUM} columns and ${ROWS_MINIMUM}–${ROWS_MAXIMUM} rows, not ${cols} × ${rows}.`,
  );
};
