import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { CorralError, EXEC_OUTPUT_MAXIMUM_BYTES, type GuestLinkState } from "@corral/contracts";
import { dataFrames, LINK_VERSION, type LinkFrame, LinkFrames, type LinkStream, wordFrames } from "./frames.ts";
import { Turns } from "./turns.ts";

/** Commands of one guest at a time. With their outputs they bound what one guest can take of this server's memory. */
const RUNS_MAXIMUM = 4;
/** Commands that may wait behind them. */
const WAITING_MAXIMUM = 32;

/** A guest takes a frame within some 5 ms; one at full load, or with a slow disk, must not be given up too soon. */
const TAKEN_MS = 10_000;
/** How long the script may take to answer a greeting. */
const HELLO_MS = 3_000;
/** Greetings without any answer: each stays unread in a guest without the script, and its terminal must not fill up. */
const HELLOS_MAXIMUM = 20;
/** Ends what a server that was killed while it wrote had promised to send: more than the longest frame. */
const PADDING = "\n".repeat(2048);
/** A socket that is full is tried again after this. */
const FULL_RETRY_MS = 20;
/** How long after a command's end its output may still come. Longer: a child of it holds its output open. */
const OUTPUT_GRACE_MS = 2_000;
/** An end that was asked for before the script knew the command's process is asked for again. */
const KILL_AGAIN_MS = 500;
/** How long a guest that runs a command may be silent before it is sent an empty line, which it passes over. */
const NUDGE_MS = 50;
/** Empty lines that a guest may leave unread: with a frame, well below what stops its terminal for good. */
const NUDGES_MAXIMUM = 1000;
/** How long a command that was killed may take to be reported. */
const KILLED_MS = 3_000;
/**
 * Bytes that nobody has asked for. A command that outlives a server leaves what the socket and its pipes hold; a guest that
 * sends more than this is not ours, and is not listened to until it is booted again.
 */
const UNASKED_MAXIMUM_BYTES = 1024 * 1024;

export interface RunRequest {
  readonly words: readonly string[];
  readonly input?: Uint8Array;
  /** Milliseconds from the call on; then the command and all its children are ended. */
  readonly timeoutMs: number;
  readonly outputMaximumBytes?: number;
  readonly signal?: AbortSignal;
}

export interface RunResult {
  /** null when it had to be ended and was not reported. 128 and its number for a signal, as in a shell. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Whether there was more output than was kept. */
  readonly truncated: boolean;
}

type Condition = "unknown" | "up" | "other-version" | "rubbish" | "closed";

const STATES: Record<Condition, GuestLinkState> = {
  unknown: "silent",
  up: "up",
  "other-version": "failed",
  rubbish: "failed",
  closed: "off",
};

interface Run {
  readonly maximum: number;
  readonly outputs: Record<LinkStream, { readonly pieces: Buffer[]; bytes: number; ended: boolean }>;
  exitCode: number | null;
  readonly settle: () => void;
  readonly fail: (error: Error) => void;
}

/** The server's end of one guest's link: docs/guest-link.md. All rejects are CorralError. */
export class GuestLink {
  readonly #fd: number;
  readonly #stream: Socket;
  readonly #frames = new LinkFrames();
  readonly #session = randomBytes(4).toString("hex");
  readonly #runs = new Map<string, Run>();
  readonly #turns = new Turns(RUNS_MAXIMUM, WAITING_MAXIMUM);
  /** One upload at a time: the frames of two must not mix. */
  readonly #uploads = new Turns(1, RUNS_MAXIMUM);
  readonly #onState: () => void;
  #state: Condition = "unknown";
  #count = 0;
  #hellos = 0;
  #unasked = 0;
  /** A frame was written and not taken yet. */
  #isTaking = false;
  #isDirty = false;
  #nudger: NodeJS.Timeout | null = null;
  /** Since something came. */
  #nudges = 0;
  readonly #wake = new Set<() => void>();
  #writing: Promise<void> = Promise.resolve();

  /**
   * `fd`, the server's end of the link, belongs to the link from here on. `adopted`: another server may have been killed
   * while it wrote to it.
   */
  constructor(fd: number, { adopted, onState }: { readonly adopted: boolean; readonly onState?: () => void }) {
    this.#fd = fd;
    this.#onState = onState ?? (() => {});
    this.#stream = new Socket({ fd, readable: true, writable: true, allowHalfOpen: true });
    this.#stream.unref();
    this.#stream.on("data", (chunk: Buffer) => {
      this.#nudges = 0;
      this.#frames.push(chunk, (frame, bytes) => this.#receive(frame, bytes));
    });
    this.#stream.on("end", () => this.close());
    this.#stream.on("error", () => this.close());
    if (adopted) this.#greet(PADDING);
  }

  get state(): GuestLinkState {
    return STATES[this.#state];
  }

  /** Runs one command in the guest, as root. Rejects with guest_silent, too_many_requests, cancelled. */
  async run(request: RunRequest): Promise<RunResult> {
    const deadline = AbortSignal.timeout(request.timeoutMs);
    const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
    const leave = await this.#turns.enter(signal);
    try {
      return await this.#run(request, signal);
    } finally {
      leave();
    }
  }

  async #run(request: RunRequest, signal: AbortSignal): Promise<RunResult> {
    const { words, input = new Uint8Array(), outputMaximumBytes = EXEC_OUTPUT_MAXIMUM_BYTES } = request;
    this.#count += 1;
    const id = `${this.#session}${this.#count}`;
    let settle = () => {};
    let fail: (error: Error) => void = () => {};
    const ended = new Promise<void>((resolve, reject) => {
      settle = resolve;
      fail = reject;
    });
    ended.catch(() => {});
    const output = () => ({ pieces: [] as Buffer[], bytes: 0, ended: false });
    const run: Run = {
      maximum: outputMaximumBytes,
      outputs: { stdout: output(), stderr: output() },
      exitCode: null,
      settle,
      fail,
    };
    this.#runs.set(id, run);
    this.#nudger ??= setInterval(() => this.#nudge(), NUDGE_MS).unref();
    let calledOff = false;
    try {
      const start = Buffer.from(`run ${id} ${outputMaximumBytes + 1}\n`);
      await this.#upload([...wordFrames(words), ...dataFrames(input), start], signal);
      calledOff = await this.#endsBy(ended, signal);
      if (calledOff) await this.#kill(id, ended);
    } finally {
      this.#runs.delete(id);
      if (this.#runs.size === 0) this.#stopNudging();
    }
    if (request.signal?.aborted)
      throw new CorralError("cancelled", "The command was ended: nobody waits for it any more.");
    const { stdout, stderr } = run.outputs;
    return {
      exitCode: run.exitCode,
      timedOut: calledOff,
      stdout: Buffer.concat(stdout.pieces).subarray(0, outputMaximumBytes),
      stderr: Buffer.concat(stderr.pieces).subarray(0, outputMaximumBytes),
      truncated: Math.max(stdout.bytes, stderr.bytes) > outputMaximumBytes,
    };
  }

  /** Sends the frames of one command in order, each when the one before it was taken. */
  async #upload(frames: readonly Buffer[], signal: AbortSignal): Promise<void> {
    const leave = await this.#uploads.enter(signal);
    try {
      await this.#ready(signal);
      if (this.#isDirty) await this.#send(Buffer.from("drop\n"), signal);
      this.#isDirty = true;
      for (const frame of frames) await this.#send(frame, signal);
      this.#isDirty = false;
    } finally {
      leave();
    }
  }

  /** Whether the signal came first. */
  async #endsBy(ended: Promise<void>, signal: AbortSignal): Promise<boolean> {
    const aborted = whenAborted(signal);
    return (await Promise.race([ended.then(() => "ended"), aborted.then(() => "aborted")])) === "aborted";
  }

  async #kill(id: string, ended: Promise<void>): Promise<void> {
    const over = AbortSignal.timeout(KILLED_MS);
    while (!over.aborted) {
      try {
        const leave = await this.#uploads.enter(over);
        await this.#send(Buffer.from(`kill ${id}\n`), over).finally(leave);
      } catch {
        return;
      }
      if (!(await this.#endsBy(ended, AbortSignal.any([over, AbortSignal.timeout(KILL_AGAIN_MS)])))) return;
    }
  }

  /** Resolves when the script has answered a greeting of this server's. */
  async #ready(signal: AbortSignal): Promise<void> {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(HELLO_MS)]);
    if (this.#state === "unknown") this.#greet();
    while (this.#state === "unknown" && !patience.aborted) await this.#changed(patience);
    if (this.#state !== "up") throw this.#notUp();
  }

  /** One frame; resolves when it was taken. */
  async #send(frame: Buffer, signal: AbortSignal): Promise<void> {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(TAKEN_MS)]);
    while (this.#isTaking && this.#state === "up" && !patience.aborted) await this.#changed(patience);
    if (this.#state !== "up") throw this.#notUp();
    if (this.#isTaking) throw silent("has not taken what was sent to it. It is very busy, or its link program hangs");
    this.#isTaking = true;
    this.#write(frame);
    while (this.#isTaking && this.#state === "up" && !patience.aborted) await this.#changed(patience);
    if (this.#state !== "up") throw this.#notUp();
    if (this.#isTaking) throw silent("has not taken what was sent to it. It is very busy, or its link program hangs");
  }

  /** A guest that found a full channel may not hear that it was emptied: docs/uml.md, "Consoles and channels". */
  #nudge(): void {
    this.#nudges += 1;
    if (this.#nudges > 1 && this.#nudges < NUDGES_MAXIMUM && !this.#isTaking) this.#write(Buffer.from("\n"));
  }

  #stopNudging(): void {
    clearInterval(this.#nudger ?? undefined);
    this.#nudger = null;
  }

  #greet(padding = ""): void {
    if (this.#hellos >= HELLOS_MAXIMUM) return;
    this.#hellos += 1;
    this.#write(Buffer.from(`${padding}hello ${this.#session}\n`));
  }

  /** Whole and in order, however long it stays full. */
  #write(bytes: Buffer): void {
    this.#writing = this.#writing.then(async () => {
      let rest = bytes;
      while (rest.length > 0 && this.#state !== "closed" && this.#state !== "rubbish") {
        rest = rest.subarray(writeOnce(this.#fd, rest));
        if (rest.length > 0) await new Promise((resolve) => setTimeout(resolve, FULL_RETRY_MS).unref());
      }
    });
  }

  #receive(frame: LinkFrame, bytes: number): void {
    if (this.#state === "rubbish" || this.#state === "closed") return;
    if (!this.#take(frame)) this.#unasked += bytes;
    if (this.#unasked > UNASKED_MAXIMUM_BYTES) this.#give("rubbish");
  }

  /** Whether this is something that was waited for. */
  #take(frame: LinkFrame): boolean {
    switch (frame.kind) {
      case "rubbish":
        return false;
      case "taken": {
        const wasTaking = this.#isTaking;
        this.#isTaking = false;
        this.#tell();
        return wasTaking;
      }
      case "hello":
        return this.#greeted(frame);
      case "output":
      case "output-end":
      case "exit":
        return this.#runSays(frame);
    }
  }

  #greeted({ version, session }: Extract<LinkFrame, { kind: "hello" }>): boolean {
    if (session === null) {
      // The script has just started. If it did before, whatever it was doing is gone.
      if (this.#state === "up") {
        this.#isTaking = false;
        this.#isDirty = false;
        this.#failRuns(silent("has started its link program anew, so the command's end is not known"));
      }
      this.#become("unknown");
      this.#greet();
      this.#tell();
      return false;
    }
    if (session !== this.#session || this.#state === "up") return false;
    this.#hellos = 0;
    this.#isTaking = false;
    this.#become(version === LINK_VERSION ? "up" : "other-version");
    this.#tell();
    return true;
  }

  #runSays(frame: Extract<LinkFrame, { id: string }>): boolean {
    const run = this.#runs.get(frame.id);
    if (run === undefined) return false;
    if (frame.kind === "exit") {
      if (run.exitCode !== null) return false;
      run.exitCode = frame.code;
      setTimeout(run.settle, OUTPUT_GRACE_MS).unref();
    } else {
      const output = run.outputs[frame.stream];
      if (output.ended) return false;
      if (frame.kind === "output-end") output.ended = true;
      else {
        if (output.bytes > run.maximum) return false;
        output.pieces.push(frame.bytes);
        output.bytes += frame.bytes.length;
      }
    }
    const { stdout, stderr } = run.outputs;
    if (run.exitCode !== null && stdout.ended && stderr.ended) {
      this.#unasked = 0;
      run.settle();
    }
    return true;
  }

  #become(state: Condition): void {
    if (state === this.#state) return;
    this.#state = state;
    if (state !== "closed") this.#onState();
  }

  #notUp(): CorralError {
    switch (this.#state) {
      case "other-version":
        return silent(
          `speaks another version of the guest link than this server (${LINK_VERSION}). Build its image anew`,
        );
      case "rubbish":
        return silent("has sent rubbish over its guest link, which is not listened to until the guest is booted again");
      case "closed":
        return silent("has ended");
      default:
        return silent(
          "has no link program that answers. Our demo and Debian images have one; it starts late in the boot, and " +
            "images of an older Corral lack it",
        );
    }
  }

  #failRuns(error: CorralError): void {
    for (const run of this.#runs.values()) run.fail(error);
  }

  #give(state: "rubbish" | "closed"): void {
    if (this.#state === "closed") return;
    this.#become(state);
    this.#stopNudging();
    this.#stream.destroy();
    this.#failRuns(this.#notUp());
    this.#tell();
  }

  /** Lets go of the socket; the guest and what runs in it go on. Idempotent. */
  close(): void {
    this.#give("closed");
  }

  /** Resolves when something was received, or when the signal comes. */
  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#wake.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#wake.add(done);
      signal.addEventListener("abort", done, { once: true });
    });
  }

  #tell(): void {
    for (const wake of [...this.#wake]) wake();
  }
}

const silent = (what: string): CorralError => new CorralError("guest_silent", `The guest ${what}.`);

const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

/** How many bytes went; none when it is full, and all when it has hung up, of which the reader tells. */
const writeOnce = (fd: number, bytes: Buffer): number => {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EAGAIN" ? 0 : bytes.length;
  }
};
