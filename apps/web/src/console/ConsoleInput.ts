import { CLIENT_FRAME_MAXIMUM_BYTES } from "@corral/contracts";
import type { Terminal } from "@xterm/xterm";
import { type ConsoleStatus, typingBlocked } from "./ConsoleStatus.ts";
import { isTerminalReport } from "./terminalReport.ts";
import type { UnsentInput } from "./UnsentInput.ts";

export interface ConsoleInputOptions {
  readonly screen: Pick<Terminal, "onData" | "onBinary">;
  readonly status: () => ConsoleStatus;
  /** What the terminal answers by itself is an answer to something old. */
  readonly isReplaying: () => boolean;
  /** Says something to whoever types; undefined: what was said is done with. */
  readonly notice: (words: string | undefined) => void;
  readonly send: (frame: Uint8Array<ArrayBuffer>) => void;
  readonly unsent: UnsentInput;
}

/**
 * Characters that a terminal answers at once: enough for any editor's start, and half of what may wait unread before a
 * terminal is full, which not every kernel recovers from (docs/uml.md, "A full terminal").
 */
const ANSWERS_BURST = 2048;

/**
 * Characters a second that it may answer again after that: a cursor position for each key that is typed quickly. A guest
 * must print questions for half a minute and read no answer before that alone fills its terminal, and at a shell's prompt,
 * where answers count as typed, no key waits long behind them.
 */
const ANSWERS_PER_SECOND = 64;

const NOT_SENT = "Not connected: what you type now is not sent.";

const DOUBTFUL = "The server does not answer: what you type now is not sent.";

const encoder = new TextEncoder();

/** Sends what is typed into a terminal, and what the terminal answers by itself: each at once, when it may be sent at all. */
export class ConsoleInput {
  readonly #options: ConsoleInputOptions;
  readonly #disposables: { dispose(): void }[];
  /** Answers of the terminal's to what it is just taking in, which go out together. */
  #answers = "";
  /** Characters that may still be answered, as of when that was last reckoned. */
  #answersLeft = ANSWERS_BURST;
  #reckonedAt = performance.now();

  constructor(options: ConsoleInputOptions) {
    this.#options = options;
    this.#disposables = [
      options.screen.onData((data) => this.#typed(data)),
      // Mouse reports of the old kind: each character is a byte.
      options.screen.onBinary((data) =>
        this.#send(Uint8Array.from(data, (character) => character.charCodeAt(0) & 0xff)),
      ),
    ];
  }

  dispose(): void {
    this.#answers = "";
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #typed(data: string): void {
    const { status, isReplaying, notice } = this.#options;
    const { role, attached, notice: said } = status();
    const report = isTerminalReport(data);
    if (report && (isReplaying() || role !== "writer")) return;
    if (role === undefined) return;
    const watching = typingBlocked({ ...status(), attached: true });
    if (watching !== undefined) {
      notice(watching);
      return;
    }
    if (!attached) {
      // Kept for later it would be typed into whatever the console has become by then.
      if (!report) this.#refuse(data, NOT_SENT);
      return;
    }
    if (isDoubtful(status())) {
      if (!report) this.#refuse(data, DOUBTFUL);
      return;
    }
    if (report) {
      if (!this.#mayAnswer(data.length)) return;
      if (this.#answers === "") queueMicrotask(() => this.#answer());
      this.#answers += data;
      return;
    }
    if (said !== undefined) notice(undefined);
    this.#answer();
    this.#send(encoder.encode(data), data);
  }

  #refuse(typed: string, why: string): void {
    this.#options.unsent.refused(typed);
    this.#options.notice(why);
  }

  #mayAnswer(length: number): boolean {
    const now = performance.now();
    const refilled = ((now - this.#reckonedAt) / 1000) * ANSWERS_PER_SECOND;
    this.#answersLeft = Math.min(ANSWERS_BURST, this.#answersLeft + refilled);
    this.#reckonedAt = now;
    if (this.#answersLeft < length) return false;
    this.#answersLeft -= length;
    return true;
  }

  #answer(): void {
    const answers = this.#answers;
    this.#answers = "";
    if (answers !== "") this.#send(encoder.encode(answers));
  }

  /** `typed`: what of it a person typed. */
  #send(bytes: Uint8Array<ArrayBuffer>, typed = ""): void {
    const status = this.#options.status();
    if (typingBlocked(status) !== undefined || isDoubtful(status)) return;
    this.#options.unsent.sent(typed, bytes.length);
    for (let from = 0; from < bytes.length; from += CLIENT_FRAME_MAXIMUM_BYTES) {
      this.#options.send(bytes.subarray(from, from + CLIENT_FRAME_MAXIMUM_BYTES));
    }
  }
}

const isDoubtful = ({ connection }: ConsoleStatus): boolean => connection.kind === "open" && connection.isDoubtful;
