import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { CorralError, type GuestLinkState } from "@corral/contracts";
import { LINK_VERSIONS, type LinkFrame, LinkFrames, PING } from "./frames.ts";
import { OutgoingFrames, type SendOptions } from "./outgoingFrames.ts";

/** How long a guest whose link program was never heard in this run may take to answer a greeting: most likely there is none. */
const HELLO_MS = 3_000;
/** A greeting is read or answered with "I have just started"; one that was neither is repeated no sooner than after this. */
const HELLO_AGAIN_MS = 10_000;
/** Greetings without any answer: each stays unread in a guest without the script, and its terminal must not fill up. */
const HELLOS_MAXIMUM = 10;
/** A socket that is full is tried again after this. */
const FULL_RETRY_MS = 20;
/** How long a guest that runs a command may be silent before it is nudged; each time twice as long, up to the second. */
const NUDGE_MS = 50;
const NUDGE_MAXIMUM_MS = 1_600;
/** Empty lines that a guest may leave unread: with the window and all greetings below what fills its terminal. */
const EMPTY_LINES_MAXIMUM = 100;
/**
 * Bytes that nobody has asked for. A command that outlives a server leaves what the socket and its pipes hold; a guest that
 * sends more than this is not ours, and is not listened to until it is booted again.
 */
const UNASKED_MAXIMUM_BYTES = 1024 * 1024;

type Condition = "unknown" | "up" | "other-version" | "rubbish" | "closed";

const STATES: Record<Exclude<Condition, "unknown">, GuestLinkState> = {
  up: "up",
  "other-version": "failed",
  rubbish: "failed",
  closed: "off",
};

/** What the guest says of its commands. */
export type RunFrame = Extract<LinkFrame, { readonly id: string }>;

export interface LinkPast {
  /** The program may have been greeted by an earlier server, and will not say again that it has started. */
  readonly adopted: boolean;
  /** An earlier server has heard it in this run. */
  readonly heard: boolean;
}

export interface LinkListeners {
  /** The link has another state. */
  readonly onState: () => void;
  /** Whether this is something that was waited for. */
  readonly onFrame: (frame: RunFrame) => boolean;
  /** Nothing more will be heard of any command that runs. */
  readonly onLost: (error: CorralError) => void;
}

/** The line itself, under the commands: greetings, what goes to the guest, and what is done about one that sends rubbish. */
export class LinkLine {
  /** Told apart from those of earlier servers. */
  readonly session = randomBytes(4).toString("hex");
  readonly #fd: number;
  readonly #stream: Socket;
  readonly #frames = new LinkFrames();
  readonly #outgoing = new OutgoingFrames((frame) => this.#write(frame));
  readonly #listeners: LinkListeners;
  #state: Condition = "unknown";
  /** The guest's boot or its link program has spoken in this run. */
  #isHeard: boolean;
  /** Greetings that were sent, and of them those without an answer. */
  #hellos = 0;
  #hellosUnanswered = 0;
  #helloAt = Number.NEGATIVE_INFINITY;
  #unasked = 0;
  #nudger: NodeJS.Timeout | null = null;
  #nudgeMs = NUDGE_MS;
  #emptyLines = 0;
  readonly #wake = new Set<() => void>();
  #writing: Promise<void> = Promise.resolve();

  /** `fd` belongs to the line from here on. */
  constructor(fd: number, { adopted, heard }: LinkPast, listeners: LinkListeners) {
    this.#fd = fd;
    this.#isHeard = heard;
    this.#listeners = listeners;
    this.#stream = new Socket({ fd, readable: true, writable: true, allowHalfOpen: true });
    this.#stream.unref();
    this.#stream.on("data", (chunk: Buffer) => {
      this.#frames.push(chunk, (frame, bytes) => this.#receive(frame, bytes));
    });
    this.#stream.on("end", () => this.close());
    this.#stream.on("error", () => this.close());
    if (adopted) this.#greet();
  }

  get state(): GuestLinkState {
    if (this.#state === "unknown") return this.#isHeard ? "coming" : "silent";
    return STATES[this.#state];
  }

  /** Resolves when the script has answered a greeting of this server's. Rejects with guest_silent. */
  async ready(signal: AbortSignal): Promise<void> {
    if (this.#state === "unknown" && performance.now() - this.#helloAt > HELLO_AGAIN_MS) this.#greet();
    const patience = this.#isHeard ? signal : AbortSignal.any([signal, AbortSignal.timeout(HELLO_MS)]);
    while (this.#state === "unknown" && !patience.aborted) await this.#changed(patience);
    if (this.#state !== "up") throw this.#notUp();
  }

  /**
   * Frames that no other command's come between; resolves when the guest has taken the last of them. Rejects with
   * guest_silent when the link is lost, or when the signal comes first: what of them was begun is sent all the same.
   */
  async send(frames: readonly Buffer[], options?: SendOptions): Promise<void> {
    if (this.#state !== "up") throw this.#notUp();
    await this.#outgoing.send(frames, options);
  }

  /**
   * While commands run: a guest that found a full channel may not hear that it was emptied (docs/uml.md, "Consoles and
   * channels"), and looks when something comes.
   */
  nudge(on: boolean): void {
    clearTimeout(this.#nudger ?? undefined);
    this.#nudger = null;
    if (!on) return;
    this.#nudgeMs = NUDGE_MS;
    this.#nudgeLater();
  }

  #nudgeLater(): void {
    this.#nudger = setTimeout(() => {
      if (this.#state === "up" && this.#outgoing.isIdle) this.send([PING]).catch(() => {});
      else if (this.#state === "up" && this.#emptyLines < EMPTY_LINES_MAXIMUM) {
        this.#emptyLines += 1;
        this.#write(Buffer.from("\n"));
      }
      this.#nudgeMs = Math.min(2 * this.#nudgeMs, NUDGE_MAXIMUM_MS);
      this.#nudgeLater();
    }, this.#nudgeMs).unref();
  }

  /** A command has ended as it should: the guest is no babbler. */
  forgive(): void {
    this.#unasked = 0;
  }

  #greet(): void {
    if (this.#hellosUnanswered >= HELLOS_MAXIMUM) return;
    this.#hellos += 1;
    this.#hellosUnanswered += 1;
    this.#helloAt = performance.now();
    // The empty line ends whatever an earlier server had begun to say.
    this.#write(Buffer.from(`\nhello ${this.#greeting}\n`));
  }

  /** Each greeting has a name of its own: the script forgets all commands with each, so only the last one's answer counts. */
  get #greeting(): string {
    return `${this.session}x${this.#hellos}`;
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
      case "taken":
        this.#emptyLines = 0;
        return this.#outgoing.taken();
      case "hello":
        return this.#greeted(frame);
      default:
        this.#nudgeMs = NUDGE_MS;
        return this.#listeners.onFrame(frame);
    }
  }

  #greeted({ version, session }: Extract<LinkFrame, { kind: "hello" }>): boolean {
    if (!this.#isHeard) {
      this.#isHeard = true;
      this.#listeners.onState();
    }
    if (session === null) {
      // The script has just started. If it did before, whatever it was doing is gone.
      if (this.#state === "up") {
        this.#lose(silent("has started its link program anew, so the command's end is not known"));
      }
      this.#become("unknown");
      this.#hellosUnanswered = 0;
      this.#greet();
      this.#tell();
      return false;
    }
    if (session !== this.#greeting || this.#state === "up") return false;
    this.#hellosUnanswered = 0;
    this.#emptyLines = 0;
    this.#become(LINK_VERSIONS.includes(version) ? "up" : "other-version");
    this.#tell();
    return true;
  }

  #become(state: Condition): void {
    if (state === this.#state) return;
    this.#state = state;
    if (state !== "closed") this.#listeners.onState();
  }

  #lose(error: CorralError): void {
    this.#outgoing.forget(error);
    this.#listeners.onLost(error);
  }

  #notUp(): CorralError {
    switch (this.#state) {
      case "other-version":
        return silent(
          `speaks another version of the guest link than this server (${LINK_VERSIONS.join(" and ")}). Build its image anew`,
        );
      case "rubbish":
        return silent("has sent rubbish over its guest link, which is not listened to until the guest is booted again");
      case "closed":
        return silent("has ended");
      default:
        return this.#isHeard
          ? silent("has a link program that does not answer yet. It is booting, or very busy. Try again in a moment")
          : silent(
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
    this.#lose(this.#notUp());
    this.#tell();
  }

  /** Lets go of the socket; the guest and what runs in it go on. Idempotent. */
  close(): void {
    this.#give("closed");
  }

  /** Resolves when the state may have changed, or when the signal comes. */
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
