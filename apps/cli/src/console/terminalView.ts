import {
  printable,
  SCREEN_MAXIMUM_COLS,
  SCREEN_MAXIMUM_ROWS,
  type ServerFrame,
  type TypingRules,
  VISIT_BEGINS,
  VISIT_CLEARED,
  VISIT_ENDS,
  VISIT_RENEWED,
} from "@corral/contracts";
import type { ConsoleView, WindowSize } from "./consoleSocket.ts";

/** Where a terminal does not say its size. */
const USUAL_COLS = 80;
const USUAL_ROWS = 24;

/** Shows a console on a person's terminal. The guest's bytes go through as they are: it is a terminal. */
export class TerminalView implements ConsoleView {
  readonly #terminal: NodeJS.WriteStream;
  readonly #guest: string;
  #saidLost = false;
  #mayType = true;
  #saidFull = false;
  /** Bytes typed that did not arrive, and which were not told yet. */
  #unsent = 0;

  constructor(terminal: NodeJS.WriteStream, guest: string) {
    this.#terminal = terminal;
    this.#guest = guest;
    terminal.write(VISIT_BEGINS);
  }

  windowSize(): WindowSize {
    const { columns = USUAL_COLS, rows = USUAL_ROWS } = this.#terminal;
    return {
      cols: Math.min(Math.max(columns, 2), SCREEN_MAXIMUM_COLS),
      rows: Math.min(Math.max(rows, 1), SCREEN_MAXIMUM_ROWS),
    };
  }

  write(bytes: Uint8Array, taken: () => void): void {
    this.#terminal.write(bytes, taken);
  }

  frame(frame: ServerFrame, again: boolean): void {
    if (again) {
      this.#saidLost = false;
      this.notice(`Connected again.${this.#unsentInWords()}`);
    }
    switch (frame.type) {
      case "snapshot":
        this.#terminal.write(VISIT_CLEARED + frame.screen);
        break;
      case "hello":
        this.#mayType = frame.right !== "watch";
        if (!again && frame.role === "spy") this.notice(`You are watching.${this.#howToType}`);
        if (!again) this.#rules(frame.rules);
        if (frame.state === "stopped" || frame.state === "crashed") this.#off(frame.state, null);
        break;
      case "role":
        this.notice(roleInWords(frame, this.#howToType));
        break;
      case "rules":
        this.#rules(frame.rules);
        break;
      case "state":
        if (frame.state === "stopped" || frame.state === "crashed") this.#off(frame.state, frame.reason);
        if (frame.state === "paused") this.notice(`${this.#guest} is paused.`);
        break;
      case "input":
        if (frame.full && !this.#saidFull) {
          this.notice(`The guest takes no input at the moment: ${frame.waiting} bytes wait. Ctrl-C drops them.`);
        }
        this.#saidFull = frame.full;
        break;
      case "warning":
        this.notice(frame.message);
        break;
    }
  }

  renewed(): void {
    this.#terminal.write(VISIT_RENEWED);
  }

  connectionLost(): void {
    if (this.#saidLost) return;
    this.#saidLost = true;
    this.notice(`The connection is lost.${this.#unsentInWords()} Trying again … (Ctrl-] . leaves)`);
  }

  unsent(bytes: number): void {
    this.#unsent += bytes;
  }

  notice(text: string): void {
    this.#terminal.write(`\r\n\u001b[7m[corral: ${printable(text)}]\u001b[0m\r\n`);
  }

  /** Leaves the terminal as a shell wants it. */
  restore(): void {
    this.#terminal.write(`${VISIT_ENDS}\r\n`);
  }

  /** Whoever may only watch is not told to take what they are refused. */
  get #howToType(): string {
    return this.#mayType ? " Ctrl-] t takes control." : "";
  }

  #unsentInWords(): string {
    const bytes = this.#unsent;
    this.#unsent = 0;
    if (bytes === 0) return "";
    const what = bytes === 1 ? "One byte" : `${bytes} bytes`;
    return ` ${what} that you typed did not arrive, and will not be sent.`;
  }

  #rules({ shared, recorded }: TypingRules): void {
    if (shared) this.notice("This console is shared: all who may write type here together.");
    if (recorded) this.notice("What is typed into this console is recorded.");
  }

  #off(state: "stopped" | "crashed", reason: string | null): void {
    const words = state === "crashed" ? "has crashed" : "is off";
    this.notice(
      `${this.#guest} ${words}.${reason === null ? "" : ` ${reason}`} The console stays: it goes on at the next start.`,
    );
  }
}

const roleInWords = ({ role, by }: Extract<ServerFrame, { type: "role" }>, howToType: string): string => {
  if (role === "writer") return "You have control.";
  if (role === "cowriter") return "You type together with others.";
  return `You are watching${by === null ? "" : `: ${by} took control`}.${howToType}`;
};
