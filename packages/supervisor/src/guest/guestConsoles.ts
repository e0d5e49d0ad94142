import { Console, ConsoleLog, type ConsoleSource, type LogProblem, type TypingRules } from "@corral/console";
import type { GuestTyping } from "@corral/contracts";
import { setWindowSize } from "../syscalls.ts";
import type { GuestFolder } from "./guestFolder.ts";

/** What one console's log may take of the host's disk. */
const CONSOLE_LOG_BUDGET_BYTES = 64 * 1024 * 1024;
/** Window of a console nobody has looked at yet: what serial terminals have had for fifty years. */
const FIRST_SIZE = { cols: 80, rows: 24 };
/** A pty whose last holder is gone says so at once; this is for a host that is very busy. */
const DRAIN_DEADLINE_MS = 2_000;
/** How often a log that could not be written is tried again, printed to or not, and what is at risk is told. */
const UNWRITTEN_EVERY_MS = 1_000;

/**
 * The consoles of one guest that Corral keeps. They outlive its launches: each launch connects new ptys to them.
 */
export class GuestConsoles {
  readonly #folder: GuestFolder;
  readonly #onLogProblem: (console: string, problem: LogProblem | null) => void;
  readonly #onUnwritten: () => void;
  readonly #onEnd: () => void;
  readonly #consoles = new Map<string, Console>();
  readonly #reading = new Map<string, Promise<void>>();
  #unwrittenTimer: NodeJS.Timeout | null = null;
  #toldUnwritten = 0;
  #typing: GuestTyping = { shared: [], recorded: false };

  constructor(
    folder: GuestFolder,
    listeners: {
      /** History of a console is not being kept (a problem), or is kept again (null). */
      readonly onLogProblem: (console: string, problem: LogProblem | null) => void;
      /** How much of their output is in memory alone has changed. */
      readonly onUnwritten: () => void;
      /** A pty hung up: most likely the guest has ended. */
      readonly onEnd: () => void;
    },
  ) {
    this.#folder = folder;
    this.#onLogProblem = listeners.onLogProblem;
    this.#onUnwritten = listeners.onUnwritten;
    this.#onEnd = listeners.onEnd;
  }

  /** Makes the set of consoles this one: new ones are opened, others are closed and keep their logs. */
  keep(names: readonly string[]): void {
    for (const [name, console] of this.#consoles) {
      if (names.includes(name)) continue;
      console.dispose();
      this.#consoles.delete(name);
    }
    for (const name of names) {
      if (this.#consoles.has(name)) continue;
      const log = ConsoleLog.open(this.#folder.console(name), {
        budgetBytes: CONSOLE_LOG_BUDGET_BYTES,
        onProblem: (problem) => {
          this.#onLogProblem(name, problem);
          if (problem !== null) this.#watchUnwritten();
        },
      });
      const console = new Console({ log, name, ...FIRST_SIZE });
      console.setRules(this.#rulesOf(name));
      this.#consoles.set(name, console);
    }
  }

  setTyping(typing: GuestTyping): void {
    this.#typing = typing;
    for (const [name, console] of this.#consoles) console.setRules(this.#rulesOf(name));
  }

  get(name: string): Console | undefined {
    return this.#consoles.get(name);
  }
  get all(): readonly Console[] {
    return [...this.#consoles.values()];
  }
  sizeOf(name: string): { readonly cols: number; readonly rows: number } {
    const { cols, rows } = this.#consoles.get(name) ?? FIRST_SIZE;
    return { cols, rows };
  }

  /** A launch begins, or is taken up again: says so in every log. */
  markBoot(boot: number): void {
    for (const console of this.#consoles.values()) console.markBoot(boot);
  }

  /** Nothing runs any more: says so in every console that is kept. */
  markOff(): void {
    for (const console of this.#consoles.values()) console.markOff();
  }

  /** Connects a console to a pty of ours. The master belongs to the console from here on. */
  connectPty(
    name: string,
    fd: number,
    { takesInput, isRaw }: { readonly takesInput: boolean; readonly isRaw: () => Promise<boolean | null> },
  ): void {
    void this.connectLine(name, {
      fd,
      isRaw,
      ...(takesInput ? {} : { inputFd: null }),
      resize: (cols, rows) => setWindowSize(fd, cols, rows),
    });
  }

  /** Connects a console, which owns the source from here on. Resolves when the guest has closed it. */
  connectLine(name: string, source: ConsoleSource): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#consoles.get(name)?.connect({
        ...source,
        onEnd: () => {
          resolve();
          this.#onEnd();
        },
      });
    });
    this.#reading.set(name, ended);
    return ended;
  }

  /** Lets go of what a console is connected to. */
  disconnect(name: string): void {
    this.#consoles.get(name)?.disconnect();
    this.#reading.delete(name);
  }

  /** Waits until everything that an ended guest printed is read, and closes its ptys. */
  async drain(): Promise<void> {
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, DRAIN_DEADLINE_MS).unref());
    await Promise.race([Promise.all(this.#reading.values()), deadline]);
    for (const console of this.#consoles.values()) console.disconnect();
    this.#reading.clear();
  }

  /** Until every log is written again. */
  #watchUnwritten(): void {
    this.#unwrittenTimer ??= setInterval(() => this.#retryUnwritten(), UNWRITTEN_EVERY_MS).unref();
  }

  #retryUnwritten(): void {
    const logs = this.all.map(({ log }) => log);
    for (const { log, connected } of this.all) {
      log.retry();
      if (!connected) log.rest();
    }
    const unwritten = logs.reduce((sum, { unwrittenBytes }) => sum + unwrittenBytes, 0);
    if (logs.every(({ problem }) => problem === null)) this.#stopWatchingUnwritten();
    if (unwritten === this.#toldUnwritten) return;
    this.#toldUnwritten = unwritten;
    this.#onUnwritten();
  }

  #stopWatchingUnwritten(): void {
    if (this.#unwrittenTimer !== null) clearInterval(this.#unwrittenTimer);
    this.#unwrittenTimer = null;
  }

  dispose(): void {
    this.#stopWatchingUnwritten();
    for (const console of this.#consoles.values()) console.dispose();
    this.#consoles.clear();
    this.#reading.clear();
  }

  #rulesOf(name: string): TypingRules {
    const { shared, recorded } = this.#typing;
    return { shared: shared.includes(name), recorded };
  }
}
