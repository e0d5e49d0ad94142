import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { CorralError, type GuestLinkState } from "@corral/contracts";
import { LINK_VERSION, type LinkFrame, LinkFrames } from "./frames.ts";

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
/** How long a guest that runs a command may be silent before it is sent an empty line, which it passes over. */
const NUDGE_MS = 50;
/** Empty lines that a guest may leave unread: with a frame, well below what stops its terminal for good. */
const NUDGES_MAXIMUM = 1000;
/**
 * Bytes that nobody has asked for. A command that outlives a server leaves what the socket and its pipes hold; a guest that
 * sends more than this is not ours, and is not listened to until it is booted again.
 */
const UNASKED_MAXIMUM_BYTES = 1024 * 1024;

type Condition = "unknown" | "up" | "other-version" | "rubbish" | "closed";

const STATES: Record<Condition, GuestLinkState> = {
  unknown: "silent",
  up: "up",
  "other-version": "failed",
  rubbish: "failed",
  closed: "off",
};

/** What the guest says of its commands. */
export type RunFrame = Extract<LinkFrame, { readonly id: string }>;

export interface LinkListeners {
  /** The link has another state. */
  readonly onState: () => void;
  /** Whether this is something that was waited for. */
  readonly onFrame: (frame: RunFrame) => boolean;
  /** Nothing more will be heard of any command that runs. */
  readonly onLost: (error: CorralError) => void;
}

/** The line itself, under the commands: greetings, one frame at a time, and what is done about a guest that sends rubbish. */
export class LinkLine {
  /** Told apart from those of earlier servers. */
  readonly session = randomBytes(4).toString("hex");
  readonly #fd: number;
  readonly #stream: Socket;
  readonly #frames = new LinkFrames();
  readonly #listeners: LinkListeners;
  #state: Condition = "unknown";
  #hellos = 0;
  #unasked = 0;
  /** A frame was written and not taken yet. */
  #isTaking = false;
  #nudger: NodeJS.Timeout | null = null;
  /** Since something came. */
  #nudges = 0;
  readonly #wake = new Set<() => void>();
  #writing: Promise<void> = Promise.resolve();

  /** `fd` belongs to the line from here on. `adopted`: another server may have been killed while it wrote to it. */
  constructor(fd: number, adopted: boolean, listeners: LinkListeners) {
    this.#fd = fd;
    this.#listeners = listeners;
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

  /** Resolves when the script has answered a greeting of this server's. Rejects with guest_silent. */
  async ready(signal: AbortSignal): Promise<void> {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(HELLO_MS)]);
    if (this.#state === "unknown") this.#greet();
    while (this.#state === "unknown" && !patience.aborted) await this.#changed(patience);
    if (this.#state !== "up") throw this.#notUp();
  }

  /** One frame; resolves when it was taken. Rejects with guest_silent. */
  async send(frame: Buffer | string, signal?: AbortSignal): Promise<void> {
    const inTime = AbortSignal.timeout(TAKEN_MS);
    const patience = signal === undefined ? inTime : AbortSignal.any([signal, inTime]);
    await this.#untaken(patience);
    this.#isTaking = true;
    this.#write(Buffer.from(frame));
    await this.#untaken(patience);
  }

  async #untaken(patience: AbortSignal): Promise<void> {
    while (this.#isTaking && this.#state === "up" && !patience.aborted) await this.#changed(patience);
    if (this.#state !== "up") throw this.#notUp();
    if (this.#isTaking) throw silent("has not taken what was sent to it. It is very busy, or its link program hangs");
  }

  /**
   * While commands run: a guest that found a full channel may not hear that it was emptied (docs/uml.md, "Consoles and
   * channels").
   */
  nudge(on: boolean): void {
    if (!on) {
      clearInterval(this.#nudger ?? undefined);
      this.#nudger = null;
      return;
    }
    this.#nudger ??= setInterval(() => {
      this.#nudges += 1;
      if (this.#nudges > 1 && this.#nudges < NUDGES_MAXIMUM && !this.#isTaking) this.#write(Buffer.from("\n"));
    }, NUDGE_MS).unref();
  }

  /** A command has ended as it should: the guest is no babbler. */
  forgive(): void {
    this.#unasked = 0;
  }

  #greet(padding = ""): void {
    if (this.#hellos >= HELLOS_MAXIMUM) return;
    this.#hellos += 1;
    this.#write(Buffer.from(`${padding}hello ${this.session}\n`));
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
      default:
        return this.#listeners.onFrame(frame);
    }
  }

  #greeted({ version, session }: Extract<LinkFrame, { kind: "hello" }>): boolean {
    if (session === null) {
      // The script has just started. If it did before, whatever it was doing is gone.
      if (this.#state === "up") {
        this.#isTaking = false;
        this.#listeners.onLost(silent("has started its link program anew, so the command's end is not known"));
      }
      this.#become("unknown");
      this.#greet();
      this.#tell();
      return false;
    }
    if (session !== this.session || this.#state === "up") return false;
    this.#hellos = 0;
    this.#isTaking = false;
    this.#become(version === LINK_VERSION ? "up" : "other-version");
    this.#tell();
    return true;
  }

  #become(state: Condition): void {
    if (state === this.#state) return;
    this.#state = state;
    if (state !== "closed") this.#listeners.onState();
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

  #give(state: "rubbish" | "closed"): void {
    if (this.#state === "closed") return;
    this.#become(state);
    this.nudge(false);
    this.#stream.destroy();
    this.#listeners.onLost(this.#notUp());
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

/** How many bytes went; none when it is full, and all when it has hung up, of which the reader tells. */
const writeOnce = (fd: number, bytes: Buffer): number => {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EAGAIN" ? 0 : bytes.length;
  }
};
