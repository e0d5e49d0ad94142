import {
  ESCAPE_HELP,
  type EscapeCommand,
  EscapeKey,
  type GuestRight,
  type GuestState,
  printable,
  VISIT_BEGINS,
  VISIT_CLEARED,
  VISIT_ENDS,
  VISIT_RENEWED,
} from "@corral/contracts";
import type { GuestRecord } from "@corral/store";
import type { Supervisor } from "@corral/supervisor";
import { includesRight } from "../access.ts";
import { tooLate } from "../consoles/inputReport.ts";
import { VisitEvents } from "../consoles/visitEvents.ts";
import type { EventLog } from "../events/eventLog.ts";
import type { Caller } from "../people/caller.ts";
import type { SshTerminal, TerminalProgram } from "./sshTerminal.ts";

type ViewerPort = Parameters<Supervisor["attach"]>[2];
type ViewerEvent = Parameters<ViewerPort["send"]>[0];
type Viewer = ReturnType<Supervisor["attach"]>;

interface SshConsoleOptions {
  readonly terminal: SshTerminal;
  readonly supervisor: Supervisor;
  readonly events: EventLog;
  readonly guest: GuestRecord;
  readonly consoleName: string;
  readonly caller: Caller;
  /** What they may do with the guest. Without the right to use it one only watches. */
  readonly right: GuestRight | null;
  /** Whether what was just typed may have been under way for long. */
  readonly isHeldUp: () => boolean;
  /** Is called once the person has left, or the console is gone; `words` say why, if there is more to say. */
  readonly onLeft: (words: string | null) => void;
}

/**
 * A person's terminal at a guest's console: one more viewer of the same log, with the same claim to the writer's seat as
 * a browser. The guest's bytes go through as they are: it is a terminal.
 */
export class SshConsole implements TerminalProgram {
  readonly #options: SshConsoleOptions;
  readonly #visit: VisitEvents;
  readonly #escapeKey = new EscapeKey();
  readonly #stopListening: () => void;
  readonly #viewer: Viewer;
  #offset = 0;
  #saidFull = false;
  #isLeft = false;

  /** Throws CorralError not_found, too_many_requests. */
  constructor(options: SshConsoleOptions) {
    this.#options = options;
    this.#visit = new VisitEvents(options);
    const { terminal, supervisor, guest, consoleName, caller } = options;
    terminal.write(VISIT_BEGINS);
    // Said before the guest's first byte, or a person could not know how to leave.
    this.#notice(this.#greeting);
    this.#viewer = supervisor.attach(guest.id, consoleName, this.#port(), {
      ...terminal.window,
      role: this.#mayType ? "writer" : "spy",
      user: caller.user.name,
      from: `ssh ${caller.from}`,
    });
    this.#stopListening = supervisor.onEvent((event) => {
      if (event.type === "state" && event.id === guest.id) this.#tellState(event.state, event.reason);
    });
    this.#visit.attached(this.#viewer.role);
  }

  get guestId(): string {
    return this.#options.guest.id;
  }

  get right(): GuestRight | null {
    return this.#options.right;
  }

  get #mayType(): boolean {
    return includesRight(this.#options.right, "use");
  }

  get #greeting(): string {
    const { guest, consoleName } = this.#options;
    return `${guest.definition.name} ${consoleName}. Ctrl-] . leaves, Ctrl-] ? lists the other keys`;
  }

  /** The greeting in the first row, over a screen that was just drawn, with the cursor left where it was. */
  #wayOut(): string {
    return `\u001b7\u001b[1;1H${inReverse(this.#greeting)}\u001b8`;
  }

  input(bytes: Buffer): void {
    if (this.#options.isHeldUp()) {
      this.#notice(tooLate(bytes));
      return;
    }
    for (const part of this.#escapeKey.feed(bytes)) {
      if (this.#isLeft) return;
      if (part.kind === "input") this.#viewer.input(part.bytes);
      else this.#obey(part.command);
    }
  }

  resized(): void {
    const { cols, rows } = this.#options.terminal.window;
    this.#viewer.resize(cols, rows);
  }

  left(): void {
    this.#end(null);
  }

  /** Ends it from this side, as when the person's rights have ended. */
  sendAway(words: string): void {
    this.#end(words);
  }

  #obey(command: EscapeCommand): void {
    switch (command) {
      case "detach":
        this.#end(null);
        break;
      case "take":
        this.#take();
        break;
      case "release":
        this.#viewer.release();
        break;
      case "help":
        this.#options.terminal.write(`\r\n${ESCAPE_HELP.join("\r\n")}\r\n`);
        break;
    }
  }

  #take(): void {
    if (!this.#mayType) {
      this.#notice("You may watch this console, but not type into it.");
      return;
    }
    const had = this.#viewer.role;
    this.#viewer.take();
    if (had !== "writer" && this.#viewer.role === "writer") this.#visit.taken();
  }

  #end(words: string | null): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#stopListening();
    this.#viewer.detach();
    this.#visit.left(this.#viewer.typedBytes);
    this.#options.terminal.write(`${VISIT_ENDS}\r\n`);
    this.#options.onLeft(words);
  }

  #port(): ViewerPort {
    const { terminal } = this.#options;
    return {
      send: (event) => this.#show(event),
      sendBytes: (bytes) => {
        this.#offset += bytes.length;
        const end = this.#offset;
        terminal.write(bytes, () => {
          if (!this.#isLeft) this.#viewer.ack(end);
        });
      },
      bufferedBytes: () => terminal.bufferedBytes,
      holdInput: (hold) => terminal.holdInput(hold),
      close: (reason) =>
        this.#end(
          reason === "too-slow"
            ? "This terminal has stopped reading."
            : "This console is gone, or its guest was deleted.",
        ),
    };
  }

  #show(event: ViewerEvent): void {
    const { terminal, supervisor, guest } = this.#options;
    switch (event.type) {
      case "hello": {
        this.#offset = event.offset;
        if (event.role === "spy") this.#notice(`You are watching.${this.#mayType ? " Ctrl-] t takes control." : ""}`);
        this.#tellRules(event.rules);
        this.#tellState(supervisor.status(guest.id).state, null);
        break;
      }
      case "snapshot":
        this.#offset = event.offset;
        // A console that has printed nothing yet must not wipe away what was just said about it.
        if (event.offset > 0) terminal.write(VISIT_CLEARED + event.screen + this.#wayOut());
        break;
      case "boot":
      case "off":
        // One that is told again later is passed over: what has been printed since has set modes of its own.
        if (event.offset === this.#offset) terminal.write(VISIT_RENEWED);
        break;
      case "role":
        this.#notice(
          event.role === "spy"
            ? `You are watching${event.by === null ? "" : `: ${event.by} took control`}.${this.#mayType ? " Ctrl-] t takes control." : ""}`
            : event.role === "writer"
              ? "You have control."
              : "You type together with others.",
        );
        break;
      case "rules":
        this.#tellRules(event.rules);
        break;
      case "input":
        this.#tellFull(event.full, event.waiting);
        break;
      case "warning":
        this.#notice(event.message);
        break;
    }
  }

  #tellFull(full: boolean, waiting: number): void {
    if (full === this.#saidFull) return;
    this.#saidFull = full;
    if (full) this.#notice(`The guest takes no input at the moment: ${waiting} bytes wait. Ctrl-C drops them.`);
  }

  /** Nobody's typing is kept without their being told. */
  #tellRules({ recorded }: Extract<ViewerEvent, { type: "rules" }>["rules"]): void {
    if (recorded) this.#notice("What is typed into this console is recorded.");
  }

  #tellState(state: GuestState, reason: string | null): void {
    const { name } = this.#options.guest.definition;
    if (state === "stopped" || state === "crashed") {
      const words = state === "crashed" ? "has crashed" : "is off";
      this.#notice(`${name} ${words}. ${reason ?? ""} The console stays: it goes on at the next start`);
    }
    if (state === "paused") this.#notice(`${name} is paused.`);
  }

  #notice(text: string): void {
    this.#options.terminal.write(`\r\n${inReverse(text)}\r\n`);
  }
}

const inReverse = (text: string): string => `\u001b[7m[corral: ${printable(text).replace(/\s+/g, " ")}]\u001b[0m`;
