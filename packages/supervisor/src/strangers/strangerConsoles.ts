import { closeSync, fstatSync, mkdirSync, readdirSync, readlinkSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type AttachOptions,
  Console,
  ConsoleError,
  ConsoleLog,
  type ConsoleSource,
  type Viewer,
  type ViewerPort,
} from "@corral/console";
import { CorralError } from "@corral/contracts";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { ptsNumber } from "../lines/guestPts.ts";
import { keepTerminal } from "../lines/keeper.ts";
import { hasEnded, isAlive } from "../sandbox/processes.ts";
import { setWindowSize } from "../syscalls.ts";
import { connectToPort, noTelnetServer, portNumber } from "./strangerPort.ts";
import { openStrangerPts } from "./strangerPts.ts";

/** What the log of one console may take of the host's disk: it is for catching up, not for keeping. */
const LOG_BUDGET_BYTES = 4 * 1024 * 1024;
/** Consoles of strangers that are open at once. */
const OPEN_MAXIMUM = 32;
/** How often it is looked whether anybody still watches; a console that nobody does is let go of. */
const UNWATCHED_MS = 60_000;
const SIZE = { cols: 80, rows: 24 };
/** Milliseconds for a telnet server's first word, or for its end; both come within some 10. */
const FIRST_WORD_MS = 1_000;
const FIRST_WORD_POLL_MS = 10;

interface Open {
  readonly console: Console;
  readonly unwatched: NodeJS.Timeout;
}

/**
 * Consoles of strangers that somebody opened, each on a pts of its guest's or a port. Corral reads one as long as somebody
 * watches. A process of its own goes on holding a pts open (lines/keeper.ts): the guest loses such a console when its last
 * opener goes.
 */
export class StrangerConsoles {
  readonly #folder: string;
  readonly #open = new Map<string, Open>();
  readonly #keepers = new Map<string, ProcessIdentity>();

  /** `folder`: for logs, which go when their console is let go of. */
  constructor(folder: string) {
    this.#folder = folder;
    // Of a server that was killed.
    rmSync(folder, { recursive: true, force: true });
  }

  /**
   * Opens the console that its kernel says is connected to `channel`. Idempotent. Rejects with CorralError: impossible
   * where it is neither on a pts nor on a port, needs_confirmation where others have it open.
   */
  async open(kernel: ProcessIdentity, id: string, name: string, channel: string, confirm: boolean): Promise<void> {
    const key = keyOf(id, name);
    if (this.#open.has(key)) return;
    if (this.#open.size >= OPEN_MAXIMUM) {
      throw new CorralError("too_many_requests", "Too many consoles of strangers are open. Close one first.");
    }
    const end = channel.split(",")[0] ?? "";
    const port = portNumber(end);
    if (port === null) this.#openPts(kernel, key, name, end, confirm);
    else await this.#openPort(kernel, key, name, port);
  }

  #openPts(kernel: ProcessIdentity, key: string, name: string, end: string, confirm: boolean): void {
    const number = ptsNumber(end);
    const fd = number === null ? null : openStrangerPts(kernel, number);
    if (fd === null) throw notATerminal(name, end);
    const kept = this.#keepers.get(key);
    const others = holdersOf(fd).filter((pid) => pid !== kept?.pid && pid !== process.pid);
    if (others.length > 0 && !confirm) {
      // They have it open, so this was not the last.
      closeSync(fd);
      throw new CorralError(
        "needs_confirmation",
        `Process ${others.slice(0, 3).join(", ")} has ${name} (/dev/pts/${number}) open too. Each of you would get a part of what it prints. Say so once more to open it (confirm).`,
      );
    }
    const resize = (cols: number, rows: number) => {
      // It may have been closed a moment ago.
      if (isAlive(kernel)) setWindowSize(fd, cols, rows);
    };
    try {
      // At once, before anything that may fail: its last opener takes the console along.
      if (kept === undefined || hasEnded(kept)) this.#keepers.set(key, keepTerminal(fd));
      this.#read(key, name, { fd, resize });
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Nothing keeps the connection when it is let go of: held by nobody, it would keep the console from everybody. */
  async #openPort(kernel: ProcessIdentity, key: string, name: string, port: number): Promise<void> {
    const telnet = await connectToPort(kernel, name, port);
    if (this.#open.has(key)) {
      // Somebody else was quicker.
      telnet.destroy();
      return;
    }
    const { log } = this.#read(key, name, { telnet, agreed: false });
    for (let waited = 0; waited < FIRST_WORD_MS && log.end === 0; waited += FIRST_WORD_POLL_MS) {
      if (!this.#open.has(key)) throw noTelnetServer(name, port);
      await sleep(FIRST_WORD_POLL_MS);
    }
  }

  /** Throws CorralError not_found where it was not opened. */
  attach(id: string, name: string, port: ViewerPort, options: AttachOptions): Viewer {
    const open = this.#open.get(keyOf(id, name));
    if (open === undefined) throw new CorralError("not_found", `${name} of this stranger is not open. Open it first.`);
    try {
      return open.console.attach(port, options);
    } catch (error) {
      throw error instanceof ConsoleError ? new CorralError("invalid_request", error.message) : error;
    }
  }

  /** Lets go of all; the guests keep their consoles. Idempotent. */
  close(): void {
    for (const key of [...this.#open.keys()]) this.#letGo(key);
  }

  #read(key: string, name: string, source: ConsoleSource): Console {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const log = ConsoleLog.open(join(this.#folder, key), { budgetBytes: LOG_BUDGET_BYTES });
    const console = new Console({ log, name, ...SIZE });
    const unwatched = setInterval(() => console.viewers.length === 0 && this.#letGo(key), UNWATCHED_MS).unref();
    this.#open.set(key, { console, unwatched });
    try {
      console.connect({ ...source, onEnd: () => this.#letGo(key) });
      return console;
    } catch (error) {
      this.#letGo(key);
      throw error;
    }
  }

  #letGo(key: string): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#open.delete(key);
    clearInterval(open.unwatched);
    open.console.dispose();
    rmSync(join(this.#folder, key), { recursive: true, force: true });
  }
}

const keyOf = (id: string, name: string): string => `${id}.${name}`;

const notATerminal = (name: string, channel: string): CorralError =>
  new CorralError(
    "impossible",
    `${name} is connected to ${channel || "nothing"}, which cannot be opened from here. A console on a port can, and one on a pts once a program in the guest has it open.`,
  );

/**
 * Processes that have the terminal behind this descriptor open, as far as this user may see. By the file itself: in a
 * sandbox /dev/pts/0 is another one.
 */
const holdersOf = (terminal: number): number[] => {
  const { dev, ino } = fstatSync(terminal);
  const isIt = (path: string): boolean => {
    try {
      if (!readlinkSync(path).startsWith("/dev/pts/")) return false;
      const found = statSync(path);
      return found.dev === dev && found.ino === ino;
    } catch {
      return false;
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^[1-9]\d*$/.test(name))
    .filter((name) => {
      try {
        return readdirSync(`/proc/${name}/fd`).some((fd) => isIt(`/proc/${name}/fd/${fd}`));
      } catch {
        return false;
      }
    })
    .map(Number);
};
