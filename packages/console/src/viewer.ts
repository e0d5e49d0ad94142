import { randomUUID } from "node:crypto";
import { InputReport } from "./inputReport.ts";
import type { WindowSize } from "./logMarks.ts";
import type { DropReason, Typist } from "./ptyWriter.ts";
import type { ViewerPort, ViewerPresence, ViewerRole, WantedRole } from "./viewerPort.ts";
import type { ViewerStream } from "./viewerStream.ts";

export interface AttachOptions {
  /** Go on with the byte at this offset; left out: begin with a snapshot of the screen. */
  readonly since?: number | undefined;
  /** The viewer's own window in characters, applied to the guest while it is the writer. */
  readonly cols: number;
  readonly rows: number;
  /**
   * The wanted role. A writer gets the seat when it is free, and waits for it otherwise: as a spy, or in a shared
   * console as a cowriter.
   */
  readonly role: WantedRole;
  readonly user: string;
  /** Where from, in words for people: an address, "ssh". */
  readonly from: string;
}

/** One viewer of one console. Calls after `detach`, or after the console was disposed of, do nothing. */
export interface Viewer {
  readonly id: string;
  readonly user: string;
  readonly from: string;
  readonly role: ViewerRole;
  /** Bytes this viewer has typed that were taken. */
  readonly typedBytes: number;
  /** Keystrokes for the guest. A spy's are dropped, with one warning. */
  input(bytes: Uint8Array): void;
  /** So many bytes of its input came too late to be typed. */
  leaveOut(bytes: number): void;
  /** The viewer's window changed. Throws ConsoleError bad-size. */
  resize(cols: number, rows: number): void;
  /** All bytes before this offset were consumed. Throws ConsoleError bad-ack for an offset that was never sent. */
  ack(offset: number): void;
  /** Whether a program reads the terminal raw, so that lines of this viewer's may be longer than a terminal holds. */
  allowLongLines(allowed: boolean): void;
  /** Take the writer's seat from whoever has it; in a shared console that one types on. */
  take(): void;
  /** Watch: neither sit in the writer's seat nor wait for it. */
  release(): void;
  /** Leave. Idempotent. Does not close the port. */
  detach(): void;
}

/** What a viewer asks of its console. */
export interface ViewerRequests {
  roleOf(viewer: AttachedViewer): ViewerRole;
  /** Returns whether the bytes were taken. */
  input(viewer: AttachedViewer, bytes: Uint8Array): boolean;
  passed(viewer: AttachedViewer): void;
  dropped(viewer: AttachedViewer, why: DropReason, bytes: number): void;
  resize(viewer: AttachedViewer, size: WindowSize): void;
  take(viewer: AttachedViewer): void;
  release(viewer: AttachedViewer): void;
  detach(viewer: AttachedViewer): void;
}

export class AttachedViewer implements Viewer, Typist {
  readonly id = randomUUID();
  readonly user: string;
  readonly from: string;
  readonly port: ViewerPort;
  readonly stream: ViewerStream;
  /** Of its own window. */
  size: WindowSize;
  readonly #since = new Date().toISOString();
  readonly #requests: ViewerRequests;
  readonly #report = new InputReport();
  #lastWarning = "";
  #typedBytes = 0;
  #detached = false;
  #held = false;
  #longLines = false;

  constructor(options: AttachOptions, port: ViewerPort, stream: ViewerStream, requests: ViewerRequests) {
    this.user = options.user;
    this.from = options.from;
    this.size = { cols: options.cols, rows: options.rows };
    this.port = port;
    this.stream = stream;
    this.#requests = requests;
  }

  get role(): ViewerRole {
    return this.#requests.roleOf(this);
  }

  get presence(): ViewerPresence {
    return { id: this.id, user: this.user, from: this.from, role: this.role, since: this.#since };
  }

  get typedBytes(): number {
    return this.#typedBytes;
  }

  /** Bytes of its input that passed. */
  get passedBytes(): number {
    return this.#report.passed;
  }

  get longLines(): boolean {
    return this.#longLines;
  }

  input(bytes: Uint8Array): void {
    if (this.#detached || bytes.length === 0) return;
    this.#report.took(bytes.length);
    if (!this.#requests.input(this, bytes)) {
      this.passed(bytes.length);
      return;
    }
    this.#typedBytes += bytes.length;
    this.#lastWarning = "";
  }

  leaveOut(bytes: number): void {
    this.#report.took(bytes);
    this.passed(bytes);
  }

  passed(bytes: number): void {
    if (this.#report.passedOn(bytes) && !this.#detached) this.#requests.passed(this);
  }

  dropped(why: DropReason, bytes: number): void {
    if (!this.#detached) this.#requests.dropped(this, why, bytes);
  }

  allowLongLines(allowed: boolean): void {
    this.#longLines = allowed;
  }

  /** Reads no more of its input, or goes on. */
  hold(hold: boolean): void {
    if (hold === this.#held || this.#detached) return;
    this.#held = hold;
    this.port.holdInput?.(hold);
  }

  resize(cols: number, rows: number): void {
    if (!this.#detached) this.#requests.resize(this, { cols, rows });
  }

  ack(offset: number): void {
    if (!this.#detached) this.stream.ack(offset);
  }

  take(): void {
    if (!this.#detached) this.#requests.take(this);
  }

  release(): void {
    if (!this.#detached) this.#requests.release(this);
  }

  detach(): void {
    if (this.#detached) return;
    this.#detached = true;
    this.stream.close();
    this.#requests.detach(this);
  }

  /** Once, until some input was taken again or the role has changed: a held key is not a hundred warnings. */
  warn(message: string): void {
    if (message === this.#lastWarning) return;
    this.#lastWarning = message;
    this.stream.send({ type: "warning", message });
  }

  /** `by` as in the role event. */
  tellRole(by: string | null): void {
    this.#lastWarning = "";
    this.stream.send({ type: "role", role: this.role, by });
  }
}
